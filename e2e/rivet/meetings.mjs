// Meetings with @zoom/rivet: it authorizes, refreshes, creates meetings, and receives and verifies our notifications.
import assert from 'node:assert/strict';

import {MeetingsOAuthClient, MeetingsS2SAuthClient} from '@zoom/rivet/meetings';

import {Busy, controls, freePort} from './harness.mjs';

const WEBHOOK_SECRET = 'rivet-webhook-secret';
const SCOPES = [
    'user:read:user', 'meeting:write:meeting', 'meeting:read:meeting', 'meeting:update:meeting', 'meeting:update:status',
    'meeting:delete:meeting', 'meeting:read:participant', 'meeting:read:past_meeting', 'meeting:read:list_past_participants',
];

/** A user's browser: opens the SDK's install page, allows the app, comes back. */
async function authorizeInBrowser(receiver, sim, login) {
    const leave = await fetch(`${receiver}/zoom/oauth/install`, {redirect: 'manual'});
    assert.equal(leave.status, 302);
    const cookie = leave.headers.getSetCookie()[0].split(';')[0];
    const address = new URL(leave.headers.get('location'));
    assert.equal(address.origin, 'https://zoom.us');

    const page = await fetch(sim + address.pathname + address.search);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Allow/);

    const form = new URLSearchParams(address.search);
    form.set('user', login);
    form.set('decision', 'allow');
    const back = await fetch(`${sim}/oauth/authorize`, {method: 'POST', body: form, redirect: 'manual'});
    assert.equal(back.status, 302);
    const done = await fetch(back.headers.get('location'), {headers: {cookie}});
    assert.equal(done.status, 200, await done.text());
}

/** A token store whose token can be made to look expired. */
class Store {
    getLatestToken() {
        return this.token;
    }

    storeToken(token) {
        this.token = token;
    }

    expire() {
        this.token = {...this.token, expirationTimeIso: new Date(0).toISOString()};
    }
}

const EVENTS = ['meeting.started', 'meeting.participant_joined', 'meeting.participant_left', 'meeting.ended'];

/** The stories, in order; each builds on those before. */
export function stories({sim, control, user, server, store, receiver, heard, app, priya}) {
    let meeting;
    return [
        ['a user authorizes the app through the SDK\'s own pages', async () => {
            await authorizeInBrowser(receiver, sim, priya.email);
            assert.ok(store.token.refreshToken);
            assert.deepEqual(store.token.scopes, SCOPES);
        }],
        ['the endpoint passes endpoint.url_validation', async () => {
            const saved = await control('PUT', `/apps/${app.client_id}`, {webhook_url: `${receiver}/zoom/events`, validate: true});
            assert.equal(saved.webhook_enabled, true);
        }],
        ['the user creates a meeting', async () => {
            const answer = await user.endpoints.meetings.createMeeting({
                path: {userId: 'me'}, body: {type: 1, topic: 'Plan <b>&</b> "ship" – ünïcode'},
            });
            assert.equal(answer.statusCode, 201);
            assert.match(answer.trackingId, /^v=2\.0;/);
            meeting = answer.data;
            assert.ok(meeting.id > 2 ** 31);
            assert.equal(meeting.host_id, priya.id);
            assert.match(meeting.join_url, /\?pwd=/);
        }],
        ['a refresh rotates both tokens and the older refresh token is dead', async () => {
            const before = store.token;
            store.expire();
            const answer = await user.endpoints.meetings.getMeeting({path: {meetingId: meeting.id}});
            assert.equal(answer.data.uuid, meeting.uuid);
            assert.notEqual(store.token.accessToken, before.accessToken);
            assert.notEqual(store.token.refreshToken, before.refreshToken);
            const current = store.token;
            store.token = {...before, expirationTimeIso: new Date(0).toISOString()};
            await assert.rejects(user.endpoints.meetings.getMeeting({path: {meetingId: meeting.id}}), (err) =>
                err.cause.response.status === 400 && err.cause.response.data.error === 'invalid_grant');
            store.token = current;
        }],
        ['the SDK verifies every notification of a meeting', async () => {
            const room = `/meetings/${meeting.id}`;
            await control('POST', `${room}/start`);
            await control('POST', `${room}/join`, {name: 'Åsa <Öhn> & "co"', email: 'asa@example.com'});
            await control('POST', `${room}/leave`, {name: 'Åsa <Öhn> & "co"'});
            assert.equal((await user.endpoints.meetings.getMeeting({path: {meetingId: meeting.id}})).data.status, 'started');
            const ended = await user.endpoints.meetings.updateMeetingStatus({path: {meetingId: meeting.id}, body: {action: 'end'}});
            assert.equal(ended.statusCode, 204);
            await control('POST', '/events/retry');
            assert.deepEqual(heard.map((e) => e.event), [
                'meeting.started', 'meeting.participant_joined', 'meeting.participant_joined', 'meeting.participant_left',
                'meeting.ended', 'meeting.participant_left',
            ]);
            const {object} = heard[0].payload;
            assert.equal(object.id, String(meeting.id));
            assert.equal(object.topic, meeting.topic);
            for (const d of (await control('GET', '/deliveries'))) {
                assert.equal(d.state, 'delivered', d.event);
            }
        }],
        ['the meeting can be read once it is over', async () => {
            const past = await user.endpoints.meetings.getPastMeetingDetails({path: {meetingId: meeting.id}});
            assert.equal(past.data.participants_count, 2);
            const people = await user.endpoints.meetings.getPastMeetingParticipants({path: {meetingId: meeting.id}});
            assert.equal(people.data.participants.length, 2);
        }],
        ['a forged notification is refused', async () => {
            heard.length = 0;
            await control('POST', '/faults', {match: {event: 'meeting.started'}, action: {bad_signature: true}});
            await control('POST', `/meetings/${priya.pmi}/start`);
            assert.deepEqual(heard.map((e) => e.event), ['meeting.participant_joined']);
            await control('POST', `/meetings/${priya.pmi}/end`);
        }],
        ...['keep', 'restamp'].map((policy) => [`a notification that failed comes again and is verified again (${policy})`, async () => {
            await control('POST', '/policy', {retry_timestamp: policy});
            heard.length = 0;
            heard.busy = true;
            await control('POST', `/meetings/${priya.pmi}/start`);
            assert.deepEqual(heard.map((e) => e.event), ['meeting.participant_joined']);
            await control('POST', '/clock', {advance_seconds: 300});
            assert.deepEqual(heard.map((e) => e.event), ['meeting.participant_joined', 'meeting.started']);
            await control('POST', `/meetings/${priya.pmi}/end`);
        }]),
        ['refusals are understood', async () => {
            await assert.rejects(user.endpoints.meetings.getMeeting({path: {meetingId: 99}}), /404\/3001/);
            await assert.rejects(user.endpoints.meetings.createMeeting({path: {userId: 'me'}, body: {duration: 0}}), /400\/300/);
            await assert.rejects(user.endpoints.meetings.createMeeting({path: {userId: priya.email}, body: {}}), /401\/124/);
            await assert.rejects(server.endpoints.meetings.createMeeting({path: {userId: 'me'}, body: {}}), /404\/1001/);
            await assert.rejects(server.endpoints.meetings.deleteMeeting({path: {meetingId: priya.pmi}}), /400\/4711.*meeting:delete:meeting:admin/);
        }],
        ['a server acts for a user by email', async () => {
            const answer = await server.endpoints.meetings.createMeeting({path: {userId: priya.email}, body: {type: 2, settings: {use_pmi: true}}});
            assert.equal(answer.statusCode, 201);
            assert.equal(answer.data.pmi, String(priya.pmi));
        }],
    ];
}

/** Registers the apps and the user, and builds the SDK's clients. */
export async function setStage(sim) {
    const control = controls(sim);
    await control('POST', '/reset');
    const receiver = `http://127.0.0.1:${await freePort()}`;
    const priya = await control('POST', '/users', {email: 'priya@example.com', first_name: 'Priya', last_name: 'Shah'});
    const app = await control('POST', '/apps', {
        name: 'Rivet', kind: 'user', scopes: SCOPES, webhook_secret: WEBHOOK_SECRET, redirect_uris: [`${receiver}/zoom/oauth/callback`],
    });
    const s2s = await control('POST', '/apps', {
        name: 'Rivet server', kind: 's2s', scopes: ['meeting:write:meeting:admin', 'meeting:read:meeting:admin'],
    });
    const store = new Store();
    const user = new MeetingsOAuthClient({
        clientId: app.client_id, clientSecret: app.client_secret, webhooksSecretToken: WEBHOOK_SECRET,
        baseUrl: `${sim}/v2`, port: Number(new URL(receiver).port), tokenStore: store,
        installerOptions: {redirectUri: receiver, stateStore: 'a-secret-for-states', directInstall: true},
    });
    const server = new MeetingsS2SAuthClient({
        clientId: s2s.client_id, clientSecret: s2s.client_secret, accountId: s2s.account_id,
        baseUrl: `${sim}/v2`, disableReceiver: true,
    });
    const heard = [];
    for (const name of EVENTS) {
        user.webEventConsumer.event(name, (e) => {
            if (heard.busy) {
                heard.busy = false;
                throw new Busy();
            }
            heard.push(e);
        });
    }
    const listener = await user.start();
    return {sim, control, user, server, store, receiver, heard, app, priya, listener};
}
