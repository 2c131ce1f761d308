import type { KubeObject } from '../../agent/kube/object.ts';
import type { Kube, Reflection } from '../../agent/kube/types.ts';

/** The client with some of its methods replaced. */
export function bent(kube: Kube, methods: Partial<Kube>): Kube {
  return new Proxy(kube, {
    get: (target, key) => {
      const method: unknown = Reflect.get(methods, key) ?? Reflect.get(target, key);
      return typeof method === 'function' ? (method.bind(target) as unknown) : method;
    },
  });
}

/** The client, with the objects of a kind read otherwise than they are, wherever they are watched, listed or got. */
export function readOtherwise<T extends KubeObject>(kube: Kube, kind: string, rewrite: (object: T) => T): Kube {
  const change = <O extends KubeObject | null>(of: string, object: O): O =>
    of === kind && object !== null ? (rewrite(object as unknown as T) as unknown as O) : object;
  return bent(kube, {
    find: async (resource, name, namespace) => change(resource.kind, await kube.find(resource, name, namespace)),
    get: async (resource, name, namespace) => change(resource.kind, await kube.get(resource, name, namespace)),
    list: async (resource, options) => {
      const { items, ...rest } = await kube.list(resource, options);
      return { ...rest, items: items.map((object) => change(resource.kind, object)) } as never;
    },
    reflect: (resource, options) => {
      const reflection = kube.reflect<KubeObject>(resource, options);
      return (resource.kind === kind ? otherwise(reflection, rewrite as never) : reflection) as never;
    },
  });
}

function otherwise(of: Reflection<KubeObject>, rewrite: (object: KubeObject) => KubeObject): Reflection<KubeObject> {
  return {
    synced: of.synced,
    get items() {
      return new Map([...of.items].map(([key, object]) => [key, rewrite(object)]));
    },
    onChange: (listener) =>
      of.onChange(({ type, object, previous }) =>
        listener({ type, object: rewrite(object), ...(previous && { previous: rewrite(previous) }) }),
      ),
    [Symbol.dispose]: () => of[Symbol.dispose](),
  };
}
