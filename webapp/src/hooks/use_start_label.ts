import {useSelector} from 'react-redux';

import {useText} from '../components/common/text';
import {headerAction, typedAction} from '../store/reducer';
import {isThreadOpen, startedBy} from '../store/selectors';

/** What a press of the header button or App Bar entry would do just now, and whether it is already at it. */
export function useStartLabel(): {label: string; busy: boolean} {
    const text = useText();
    const busy = [headerAction, typedAction].includes(useSelector(startedBy));
    const inThread = useSelector(isThreadOpen);
    if (busy) {
        return {label: text('zoom.label.busy'), busy};
    }
    return {label: text(inThread ? 'zoom.label.start_in_thread' : 'zoom.label.start'), busy};
}
