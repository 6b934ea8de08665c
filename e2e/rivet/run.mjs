// Holds the simulated Zoom against @zoom/rivet, Zoom's own JavaScript SDK, as a
// peer that knows nothing of our reading of Zoom's documents.
//
// SANDBOX_BIN names the sandbox's binary, which is started on a free port;
// SIM names the address of one that runs already. Exits non-zero on any failure.

import * as chatbot from './chatbot.mjs';
import {muteBusy, openSandbox, redirectToSandbox} from './harness.mjs';
import * as meetings from './meetings.mjs';

/** Plays the stories of one file, in order; each builds on those before. */
async function play({setStage, stories}, sim, count) {
    const stage = await setStage(sim);
    for (const [name, story] of stories(stage)) {
        try {
            await story();
            count.passed++;
            console.log(`ok    ${name}`);
        } catch (err) {
            count.failed++;
            console.error(`FAIL  ${name}\n`, err);
        }
    }
    stage.listener.closeAllConnections();
    stage.listener.close();
}

/** Plays all stories; the number of failures is the result. */
async function main() {
    const {sim, close} = await openSandbox();
    redirectToSandbox(sim);
    muteBusy();
    const count = {passed: 0, failed: 0};
    try {
        await play(meetings, sim, count);
        await play(chatbot, sim, count);
    } finally {
        close();
    }
    console.log(`${count.passed} passed, ${count.failed} failed`);
    return count.failed;
}

process.exitCode = (await main()) === 0 ? 0 : 1;
