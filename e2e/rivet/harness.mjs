// What the stories of Zoom's SDK have in common: the sandbox, its control API, and an SDK that reaches nothing else.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {createInterface} from 'node:readline';

import axios from 'axios';

/** Starts the sandbox, or uses the one that runs. */
export async function openSandbox() {
    if (process.env.SIM) {
        return {sim: process.env.SIM, close: () => {}};
    }
    assert.ok(process.env.SANDBOX_BIN, 'set SANDBOX_BIN to the sandbox binary, or SIM to the address of a running one');
    const child = spawn(process.env.SANDBOX_BIN, ['-listen', '127.0.0.1:0'], {stdio: ['ignore', 'pipe', 'inherit']});
    const died = once(child, 'exit').then(([code]) => assert.fail(`the sandbox ended with status ${code}`));
    const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), died]);
    died.catch(() => {}); // later it ends because we end it
    return {sim: JSON.parse(line).url, close: () => child.kill()};
}

/** Finds a port for the SDK's receiver, whose address must be known beforehand. */
export async function freePort() {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const {port} = probe.address();
    probe.close();
    await once(probe, 'close');
    return port;
}

/** The control API of the sandbox. */
export function controls(sim) {
    return async (method, path, body) => {
        const answer = await fetch(`${sim}/_sandbox${path}`, {method, body: body && JSON.stringify(body)});
        const text = await answer.text();
        assert.equal(answer.status, 200, `${method} ${path}: ${text}`);
        return JSON.parse(text);
    };
}

/** The SDK knows Zoom's address by heart: send it to the sandbox, and nowhere else. */
export function redirectToSandbox(sim) {
    axios.interceptors.request.use((config) => {
        if (config.url.startsWith('https://zoom.us/')) {
            config.url = sim + config.url.slice('https://zoom.us'.length);
        }
        assert.ok(`${config.baseURL ?? ''}${config.url}`.startsWith(sim), `a request would leave for ${config.url}`);
        return config;
    });
}

/** What a handler throws so that the SDK answers with 500. */
export class Busy extends Error {}

/** The SDK prints what a handler throws; what we throw on purpose need not be shown. */
export function muteBusy() {
    const print = console.error;
    console.error = (...words) => words[0] instanceof Busy || print(...words);
}
