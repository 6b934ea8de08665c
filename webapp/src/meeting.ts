import type {Post} from './types/mattermost-webapp';

// As many telephone numbers as the server puts into a post.
const maxDialIn = 8;

/** What a meeting post can say about its meeting. */
export type MeetingStatus = 'STARTED' | 'ENDED' | 'RECENTLY_CREATED';

/** One telephone number of a meeting. */
export interface DialIn {
    country: string;
    city: string;
    number: string;
}

/** A meeting as its post tells of it. Texts are '' and times 0 where the post says nothing. */
export interface Meeting {
    status: MeetingStatus;
    topic: string;
    creator: string;
    provider: string;

    /** The meeting's number, grouped for reading as Zoom groups it. */
    id: string;
    personal: boolean;

    /** What the author wrote in place of the message that the post was made with, '' for nothing. */
    message: string;

    /** The meeting's number, and the post that tells of it, as the server is asked for the link's host. */
    number: string;
    postId: string;

    /** As the post claims it: not to be trusted. See trustedJoinLink. */
    link: string;
    passcode: string;
    dialIn: DialIn[];

    /** 'unknown' in posts of the public plugin, which never told. */
    begun: 'yes' | 'no' | 'unknown';

    /** Milliseconds since 1970. */
    startedAt: number;
    endedAt: number;

    /** Length in seconds, null where the post does not let it be known. */
    seconds: number | null;

    /** The topic asked for when the server answered with the already-running prompt instead. */
    requestedTopic: string;

    /** The thread that meeting was to go to. */
    requestedRoot: string;

    /** The kind of meeting ID asked for then, '' for what the user prefers. */
    requestedIdentity: '' | 'unique' | 'personal';
}

/** Says whether only one person sees the post. The server alone can make such posts: nobody can post with their type. */
export function isEphemeral(post: Post): boolean {
    return post.type === 'system_ephemeral';
}

/**
 * Reads the meeting from a post's props. Posts come from this plugin, from the public plugin before it, or from anybody
 * who forged one, so a prop of the wrong type counts as missing.
 */
export function readMeeting(post: Post): Meeting {
    const props = post.props ?? {};
    const ephemeral = isEphemeral(post);
    const fromPublicPlugin = typeof props.meeting_id === 'number';
    const endedAt = time(props.meeting_end_time);

    // Posts of the public plugin know no start; there the meeting began when its post was made.
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

// Zoom writes 9 digits as 3-3-3, 10 as 3-3-4 and 11 as 3-4-4.
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
