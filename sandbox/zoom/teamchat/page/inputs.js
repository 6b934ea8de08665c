// The elements with which users choose or enter something. Each is in an element with data-action-id, whose read() returns
// the values that a form sends.
import {make, newID} from './dom.js';

/** An input with its label. */
function labelled(e, id, control, read) {
    const group = make('div.input', {'data-action-id': e.action_id ?? e.text}, make('label', {for: id}, e.text || e.action_id), control);
    group.read = read;
    return group;
}

/** Several choices with a legend. */
function choices(e, kind, c) {
    const name = newID(e.action_id);
    const initial = (o) => (kind === 'radio' ? o.value === e.initial_option?.value : o.initial_selected);
    const boxes = e.options.map((o) => make('input', {type: kind, name, value: o.value, checked: Boolean(initial(o)), disabled: !c.can, role: e.style === 'switch' ? 'switch' : null}));
    const group = make('fieldset.input', {'data-action-id': e.action_id}, make('legend', {}, e.text || e.action_id),
        ...e.options.map((o, i) => make('label.choice', {}, boxes[i], o.text)));
    group.read = () => boxes.filter((box) => box.checked).map((box) => box.value);
    return group;
}

/** Zoom's dates have slashes, those of browsers dashes and two digits. */
const toBrowser = (date) => date && date.split('/').map((part) => part.padStart(2, '0')).join('-');
const toZoom = (date) => date.split('-').map(Number).join('/');

export const inputs = {
    select(e, c) {
        const id = newID('select');
        const options = e.select_items ?? (e.static_source === 'channels' ? c.channels : c.members);
        const chosen = e.selected_item?.value;
        const control = make('select', {
            id, disabled: !c.can,
            change: () => {
                if (!c.form) {
                    c.select(e.text, control.value, control);
                }
            },
        }, !chosen && make('option', {value: '', selected: true, disabled: true}, e.text),
        ...options.map((o) => make('option', {value: o.value, selected: o.value === chosen}, o.text)));
        return labelled(e, id, control, () => (control.value ? [control.value] : []));
    },
    plain_text_input(e, c) {
        const id = newID('text');
        const limits = {id, placeholder: e.placeholder, minlength: e.min_length || null, maxlength: e.max_length || null, required: e.min_length > 0, disabled: !c.can};
        const control = e.multiline ? make('textarea', {...limits, rows: 4}) : make('input', {...limits, type: 'text'});
        control.value = e.value ?? '';
        return labelled(e, id, control, () => [control.value]);
    },
    timepicker(e, c) {
        const id = newID('time');
        const control = make('input', {id, type: 'time', value: e.initial_time, disabled: !c.can});
        return labelled(e, id, control, () => [control.value]);
    },
    datepicker(e, c) {
        const id = newID('date');
        const control = make('input', {id, type: 'date', value: toBrowser(e.initial_date), disabled: !c.can});
        return labelled(e, id, control, () => [control.value ? toZoom(control.value) : '']);
    },
    radio_buttons: (e, c) => choices(e, 'radio', c),
    checkboxes: (e, c) => choices(e, 'checkbox', c),
};
