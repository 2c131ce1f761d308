/** Lines between a node's kubelet and the process that runs the program sessions of the node's pods. */
export type HostCommand =
  | {
      readonly open: number;
      readonly module: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** Path of the pod's network namespace. */
      readonly netns: string;
    }
  | { readonly session: number; readonly line: string }
  | { readonly end: number }
  | { readonly close: number }
  | { readonly kill: number };

export type HostEvent =
  | { readonly session: number; readonly line: string }
  | { readonly session: number; readonly error: string }
  | { readonly session: number; readonly exit: number };
