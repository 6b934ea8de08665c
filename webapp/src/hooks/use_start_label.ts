import {useSelector} from 'react-redux';

import {useText} from '../components/common/text';
import {headerAction, typedAction} from '../store/reducer';
import {isThreadOpen, startedBy} from '../store/selectors';

/** Returns what a click on the header button or App Bar entry does now, and whether a start is already in progress. */
export function useStartLabel(): {label: string; busy: boolean} {
    const text = useText();
    const busy = [headerAction, typedAction].includes(useSelector(startedBy));
    const inThread = useSelector(isThreadOpen);
    if (busy) {
        return {label: text('zoom.label.busy'), busy};
    }
    return {label: text(inThread ? 'zoom.label.start_in_thread' : 'zoom.label.start'), busy};
}
