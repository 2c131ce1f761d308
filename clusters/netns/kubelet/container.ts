import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import type { Sockets } from '../../../agent/linux/sockets.ts';
import type { ClusterOptions } from '../../cluster.ts';
import type { Container, Pod } from './objects.ts';
import { startProcess } from './process.ts';
import type { Process } from './process.ts';
import type { ProgramHost } from './program-host.ts';

/** What it takes to run something in a pod. */
export interface PodSurroundings {
  readonly netns: string;
  /** Sockets of that namespace. */
  readonly sockets: Sockets;
  readonly programs: Readonly<Record<string, string>>;
  readonly images: ClusterOptions['images'];
  readonly host: ProgramHost;
  /** Variables that every container gets before its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether there is a kubelet that starts a container again. */
  readonly isLookedAfter: () => boolean;
}

/** The command of a container: its own, else its image's; null for a pause container, which is no process. */
export function commandOf(container: Container, images: ClusterOptions['images']): readonly string[] | null {
  const args = container.args ?? [];
  if (container.command && container.command.length > 0) return [...container.command, ...args];
  const image = images[imageName(container.image ?? '')];
  if (image === undefined) return null;
  return 'program' in image ? [image.program, ...args] : [...image.command, ...args];
}

/** An image without its tag or digest. */
export const imageName = (image: string): string => image.replace(/@sha256:.*$/, '').replace(/:[\w.-]+$/, '');

/** Starts a command in a pod: the name of a program is a session of it, anything else a process. */
export function startInPod(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  pod: PodSurroundings,
  onError: (line: string) => void,
): Process {
  const [first = '', ...args] = argv;
  const module = Object.hasOwn(pod.programs, first) ? pod.programs[first] : undefined;
  const all = { ...pod.env, ...env };
  if (module !== undefined) return pod.host.open({ module, args, env: all, netns: pod.netns }, onError);
  return startProcess(argv, { netns: pod.netns, env: all, onError });
}

/** The environment that the pod's spec gives a container; fieldRefs that Kubernetes has and we meet in pods. */
export function environmentOf(container: Container, pod: Pod): Record<string, string> {
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': pod.status?.podIP,
    'status.podIPs': pod.status?.podIPs?.map(({ ip }) => ip).join(','),
    'status.hostIP': pod.status?.hostIP,
    'status.hostIPs': pod.status?.hostIPs?.map(({ ip }) => ip).join(','),
  };
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    env[name] = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '';
  }
  return env;
}

/** A container's output, in the file that `kubectl logs` reads. */
export class ContainerLog {
  readonly #file: WriteStream;

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: 'a' });
    this.#file.on('error', () => {}); // a full disk must not end the kubelet
  }

  write(line: string): void {
    this.#file.write(`${line}\n`);
  }

  async follow(process: Process): Promise<void> {
    for await (const line of process.lines) this.write(line);
  }

  close(): void {
    this.#file.end();
  }
}
