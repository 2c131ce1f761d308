export async function callValidatingWebhooks(..._: unknown[]): Promise<void> {}
