import type { Host } from '../../clusters/cluster.ts';

/**
 * Processes in the host's own network namespace whose command line matches the extended regular expression, and all that
 * they have started. Nodes may share a namespace of processes, never one of networks; a pod with a network of its own is
 * not among them.
 */
const script = (pattern: string): string => `
own=$(readlink /proc/self/ns/net)
all=$(echo /proc/[0-9]*)
found=
for dir in $all; do
  [ "$(readlink $dir/ns/net 2>/dev/null)" = "$own" ] || continue
  tr '\\0' ' ' <$dir/cmdline 2>/dev/null | grep -Eq -- '${pattern}' || continue
  found="$found \${dir#/proc/}"
done
more=$found
while [ -n "$more" ]; do
  next=
  for dir in $all; do
    parent=$(sed -n 's/^PPid:[[:space:]]*//p' $dir/status 2>/dev/null)
    case " $more " in *" $parent "*) case " $found " in *" \${dir#/proc/} "*) ;; *) next="$next \${dir#/proc/}" ;; esac ;; esac
  done
  found="$found$next"
  more=$next
done
`;

/** Sends them a signal, all in one command; says how many there were. `pattern` has no quotes. */
export async function signalProcesses(host: Host, pattern: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<number> {
  const input = `${script(pattern)}\n[ -z "$found" ] || kill -${signal} $found 2>/dev/null\nset -- $found\necho $#\n`;
  const { stdout } = await host.run(['sh', '-s'], { input });
  return Number(stdout.trim());
}
