import type {Post} from './types/mattermost-webapp';

// The server puts at most this many phone numbers into a post.
const maxDialIn = 8;

/** The state of a meeting, as its post gives it. */
export type MeetingStatus = 'STARTED' | 'ENDED' | 'RECENTLY_CREATED';

/** A phone number to join a meeting with. */
export interface DialIn {
    country: string;
    city: string;
    number: string;
}

/** A meeting as its post describes it. A missing text is '', and a missing time is 0. */
export interface Meeting {
    status: MeetingStatus;
    topic: string;
    creator: string;
    provider: string;

    /** The meeting ID with spaces, grouped the way Zoom groups it. */
    id: string;
    personal: boolean;

    /** The author's edited message, or '' if the post still has its original message. */
    message: string;

    /** The meeting ID's digits, and the ID of the meeting's post. The client asks the server for the link's host by these. */
    number: string;
    postId: string;

    /** The join link from the post. Untrusted: see trustedJoinLink. */
    link: string;
    passcode: string;
    dialIn: DialIn[];

    /** 'unknown' in posts of the public plugin, which don't record it. */
    begun: 'yes' | 'no' | 'unknown';

    /** Milliseconds since 1970. */
    startedAt: number;
    endedAt: number;

    /** Length in seconds, or null if the post doesn't tell. */
    seconds: number | null;

    /** The topic that the user requested when the server answered with the already-running prompt. */
    requestedTopic: string;

    /** The thread that the user requested the meeting in. */
    requestedRoot: string;

    /** The kind of meeting ID that the user requested, or '' for the user's preference. */
    requestedIdentity: '' | 'unique' | 'personal';
}

/** Reports whether only one user sees the post. Only the server can create such posts: no user can post with their type. */
export function isEphemeral(post: Post): boolean {
    return post.type === 'system_ephemeral';
}

/**
 * Reads the meeting from a post's props. The post can be this plugin's, the public plugin's, or forged by any user, so a prop
 * of the wrong type counts as missing.
 */
export function readMeeting(post: Post): Meeting {
    const props = post.props ?? {};
    const ephemeral = isEphemeral(post);
    const fromPublicPlugin = typeof props.meeting_id === 'number';
    const endedAt = time(props.meeting_end_time);

    // Posts of the public plugin have no start time, so the creation of the post counts as the start.
    const startedAt = time(props.meeting_start_time) || (endedAt && fromPublicPlugin ? post.create_at : 0);

    let begun: Meeting['begun'] = props.meeting_started === true ? 'yes' : 'no';
    if (begun === 'no' && fromPublicPlugin) {
        begun = 'unknown';
    }

    return {
        status: status(props.meeting_status),
        topic: text(props.meeting_topic),
        creator: text(props.meeting_creator_username),
        provider: text(props.meeting_provider) || 'Zoom',
        id: groupedId(props.meeting_id),
        personal: props.meeting_personal === true,
        message: ephemeral || post.message === props.meeting_message ? '' : post.message ?? '',
        number: /^\d+$/.test(String(props.meeting_id)) ? String(props.meeting_id) : '',
        postId: ephemeral ? text(props.meeting_post_id) : post.id,
        link: text(props.meeting_link),
        passcode: text(props.meeting_passcode),
        dialIn: dialIn(props.meeting_dial_in),
        begun,
        startedAt,
        endedAt,
        seconds: time(props.meeting_duration) || secondsBetween(startedAt, endedAt),
        requestedTopic: text(props.meeting_requested_topic),
        requestedRoot: text(props.meeting_requested_root),
        requestedIdentity: identity(props.meeting_requested_identity),
    };
}

function status(value: unknown): MeetingStatus {
    return value === 'ENDED' || value === 'RECENTLY_CREATED' ? value : 'STARTED';
}

function identity(value: unknown): Meeting['requestedIdentity'] {
    return value === 'unique' || value === 'personal' ? value : '';
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}

function time(value: unknown): number {
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function secondsBetween(startedAt: number, endedAt: number): number | null {
    return startedAt && endedAt >= startedAt ? Math.round((endedAt - startedAt) / 1000) : null;
}

// Zoom groups 9 digits as 3-3-3, 10 as 3-3-4, and 11 as 3-4-4.
function groupedId(value: unknown): string {
    const digits = typeof value === 'number' ? String(value) : text(value);
    if (!/^\d{9,11}$/.test(digits)) {
        return digits;
    }
    const middle = digits.length === 11 ? 7 : 6;
    return `${digits.slice(0, 3)} ${digits.slice(3, middle)} ${digits.slice(middle)}`;
}

function dialIn(value: unknown): DialIn[] {
    if (!Array.isArray(value)) {
        return [];
    }
    return value.
        map((entry: Record<string, unknown> | null) => ({country: text(entry?.country), city: text(entry?.city), number: text(entry?.number)})).
        filter((entry) => entry.number !== '').
        slice(0, maxDialIn);
}
