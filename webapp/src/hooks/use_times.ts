import {useIntl} from 'react-intl';
import {useSelector} from 'react-redux';

import {readerTimeZone, uses24HourClock} from '../store/selectors';
import type {WrittenTime} from '../times';
import {replaceTimes} from '../times';

interface Times {
    clock(at: number): string;
    day(at: number): string;
    dayAndClock(at: number): string;

    /** Returns a Markdown text with its times as the reader writes them. */
    inText(text: string, times: WrittenTime[]): string;
}

/** Formats times (milliseconds since 1970) for the reader: in the time zone, clock, and language that are set in Mattermost. */
export function useTimes(): Times {
    const intl = useIntl();
    const timeZone = useSelector(readerTimeZone);
    const has24Hours = useSelector(uses24HourClock);
    const clock = (at: number) => intl.formatTime(at, {timeZone, hour: 'numeric', minute: '2-digit', hourCycle: has24Hours ? 'h23' : 'h12'});
    const day = (at: number) => intl.formatDate(at, {timeZone, year: 'numeric', month: 'short', day: 'numeric'});
    const dayAndClock = (at: number) => `${day(at)}, ${clock(at)}`;
    const formats = {time: clock, date: day, datetime: dayAndClock};
    return {clock, day, dayAndClock, inText: (text, times) => replaceTimes(text, times, ({at, style}) => formats[style](at))};
}
