import { promisify } from 'node:util';
import koffi from 'koffi';

/** libnftables(3), which the command nft is made of; null where there is none. */
export interface NftLibrary {
  /** Runs commands as one transaction, on a thread of its own; resolves with what went wrong, or null. */
  run(commands: string): Promise<string | null>;
}

type Pointer = unknown;

/** Without a process to start, a change is in the kernel in a fraction of the time, all the more on a busy node. */
export function loadNftLibrary(): NftLibrary | null {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libnftables.so.1');
  } catch {
    return null;
  }
  const newContext = library.func('void *nft_ctx_new(uint32_t flags)');
  const freeContext = library.func('void nft_ctx_free(void *context)');
  const bufferOutput = library.func('int nft_ctx_buffer_output(void *context)');
  const bufferError = library.func('int nft_ctx_buffer_error(void *context)');
  const errorText = library.func('const char *nft_ctx_get_error_buffer(void *context)');
  const runCommands = library.func('int nft_run_cmd_from_buffer(void *context, const char *commands)');
  const runOnThread = promisify(runCommands.async) as (context: Pointer, commands: string) => Promise<number>;
  return {
    async run(commands) {
      const context = newContext(0) as Pointer;
      try {
        bufferOutput(context);
        bufferError(context);
        const result = await runOnThread(context, commands);
        return result === 0 ? null : (errorText(context) as string);
      } finally {
        freeContext(context);
      }
    },
  };
}
