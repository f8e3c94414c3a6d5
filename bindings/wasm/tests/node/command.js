// Where the command and the conformance runner are: as `cargo test` builds them, or as PROBELANG and CONFORMANCE say.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));
const built = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug');
export const command = process.env.PROBELANG ?? join(built, 'probelang');
export const runner = process.env.CONFORMANCE ?? join(built, 'probelang-conformance');
