import { writeFileSync } from 'node:fs';
import { customResourceDefinitions } from './crds.ts';
import { installManifest } from './install.ts';
import { manifestYaml } from './manifest-yaml.ts';

// Writes the manifests for users; generated.test.ts fails when they are stale.
writeFileSync(new URL('crds.generated.yaml', import.meta.url), manifestYaml(customResourceDefinitions));
writeFileSync(new URL('install.generated.yaml', import.meta.url), manifestYaml(installManifest()));
