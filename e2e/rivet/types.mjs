// Compiles what was sent and heard against the types of @zoom/rivet. Fields that the types lack are allowed: Zoom's documents
// have more of them.
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));

/**
 * Fails with the compiler's messages where a value doesn't fit its type.
 * @param {string} module such as "@zoom/rivet/chatbot"
 * @param {Array<{type: string, value: unknown}>} captured
 */
export function compile(module, captured) {
    const types = [...new Set(captured.map(({type}) => type))];
    const source = [
        `import type {${types.join(', ')}} from '${module}';`,
        'type Open<T> = T extends readonly (infer U)[] ? Open<U>[] : T extends object ? {[K in keyof T]: Open<T[K]>} & Record<string, unknown> : T;',
        ...captured.map(({type, value}, i) => `export const value${i}: Open<${type}> = ${JSON.stringify(value)};`),
    ];
    const file = path.join(folder, '.types', `${module.replace(/\W+/g, '-')}.ts`);
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, `${source.join('\n')}\n`);
    const compiler = path.join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
    try {
        execFileSync(process.execPath, [compiler, '--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', '--types', 'node', file], {cwd: folder, encoding: 'utf8'});
    } catch (err) {
        throw new Error(err.stdout || err.message);
    }
}
