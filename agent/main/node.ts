import { nodeAgentService } from './node-agent.ts';
import { runService } from './run.ts';

await runService((log) => nodeAgentService(process.argv.slice(2), log));
