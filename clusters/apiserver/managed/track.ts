export function trackUpdate(..._: unknown[]): void {}
