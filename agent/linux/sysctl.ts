import { readFileSync, writeFileSync } from 'node:fs';
import { inNetnsOrHere } from './netns.ts';

/** A kernel parameter, e.g. net.ipv4.conf.eth0.rp_filter; a slash stands for a dot within an interface's name, as in sysctl(8). */
export function readSysctl(name: string, options: { netns?: string } = {}): string {
  return inNetnsOrHere(options.netns, () => readFileSync(sysctlPath(name), 'utf8').trim());
}

export function writeSysctl(name: string, value: string | number, options: { netns?: string } = {}): void {
  inNetnsOrHere(options.netns, () => writeFileSync(sysctlPath(name), String(value)));
}

function sysctlPath(name: string): string {
  return `/proc/sys/${name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'))}`;
}
