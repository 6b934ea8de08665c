import {useIntl} from 'react-intl';
import {useSelector} from 'react-redux';

import {uses24HourClock, readerTimeZone} from '../store/selectors';

/** Writes moments (milliseconds since 1970) for the viewer: in the time zone, clock and language set in Mattermost. */
export function useTimes(): {clock(at: number): string; day(at: number): string} {
    const intl = useIntl();
    const timeZone = useSelector(readerTimeZone);
    const wholeDay = useSelector(uses24HourClock);
    return {
        clock: (at) => intl.formatTime(at, {timeZone, hour: 'numeric', minute: '2-digit', hourCycle: wholeDay ? 'h23' : 'h12'}),
        day: (at) => intl.formatDate(at, {timeZone, year: 'numeric', month: 'short', day: 'numeric'}),
    };
}
