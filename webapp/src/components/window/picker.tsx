import React, {useEffect, useState} from 'react';

import {useOptions} from './use_options';

import type {FormField, FormOption} from '../../types/api';
import {ChevronIcon} from '../common/icon';
import {Text} from '../common/text';

interface PickerProps {
    id: string;
    field: FormField;
    value: string;
    invalid: boolean;
    describedBy?: string;
    saving: boolean;
    onChange(value: string): void;

    /** Looks up the choices that fit what was typed. */
    find(term: string): Promise<FormOption[]>;
}

/**
 * A field whose choices are found by typing; see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. While nothing is typed it shows what
 * was chosen.
 */
export function Picker({id, field, value, invalid, describedBy, saving, onChange, find}: PickerProps) {
    const [term, setTerm] = useState<string | null>(null);
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(0);
    const {options, state, chosen} = useOptions({field, value, term, find});

    useEffect(() => setActive(0), [options]);
    useEffect(() => document.getElementById(`${id}-${active}`)?.scrollIntoView?.({block: 'nearest'}), [id, active]);

    const close = () => {
        setOpen(false);
        setTerm(null);
    };
    const choose = (option: FormOption | undefined) => {
        if (option) {
            onChange(option.value);
            close();
        }
    };
    const press = (event: React.KeyboardEvent) => {
        const by = {ArrowDown: 1, ArrowUp: options.length - 1}[event.key];
        if (saving) {
            return;
        }
        if (event.key === 'Escape' && open) {
            event.stopPropagation();
            close();
        } else if (event.key === 'Enter' && open) {
            event.preventDefault();

            // What fits the words before is not what is meant now.
            choose(state === 'found' ? options[active] : undefined);
        } else if (by !== undefined) {
            event.preventDefault();
            setOpen(true);
            setActive((at) => (open && options.length > 0 ? (at + by) % options.length : at));
        }
    };
    return (
        <div className='zoom-picker'>
            <div className='zoom-picker__field'>
                <input
                    id={id}
                    className='zoom-input'
                    role='combobox'
                    type='text'
                    autoComplete='off'
                    aria-autocomplete='list'
                    aria-expanded={open}
                    aria-controls={`${id}-list`}
                    aria-activedescendant={open && options[active] ? `${id}-${active}` : undefined}
                    aria-invalid={invalid}
                    aria-describedby={describedBy}
                    aria-required={!field.optional}
                    readOnly={saving}
                    aria-disabled={saving || undefined}
                    placeholder={field.placeholder}
                    value={term ?? chosen?.label ?? ''}
                    onChange={(event) => {
                        setTerm(event.target.value);
                        setOpen(true);
                        if (event.target.value === '' && field.optional) {
                            onChange('');
                        }
                    }}
                    onClick={() => setOpen(!saving)}
                    onBlur={close}
                    onKeyDown={press}
                />
                <ChevronIcon/>
            </div>
            {chosen?.detail && term === null && <div className='zoom-picker__detail'>{chosen.detail}</div>}
            {open && (
                <Choices
                    id={id}
                    options={options}
                    active={active}
                    state={state}
                    onChoose={choose}
                />
            )}
        </div>
    );
}

interface ChoicesProps {
    id: string;
    options: FormOption[];
    active: number;
    state: 'found' | 'looking' | 'failed';
    onChoose(option: FormOption): void;
}

function Choices({id, options, active, state, onChoose}: ChoicesProps) {
    return (
        <div className='zoom-picker__list'>
            <div
                id={`${id}-list`}
                role='listbox'
                tabIndex={-1}
            >
                {options.map((option, index) => (

                    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys, and keeps the focus
                    <div
                        key={option.value}
                        id={`${id}-${index}`}
                        role='option'
                        tabIndex={-1}
                        aria-selected={index === active}
                        onMouseDown={(event) => event.preventDefault()}
                        onClick={() => onChoose(option)}
                    >
                        <span>{option.label}</span>
                        {option.detail && <small>{option.detail}</small>}
                    </div>
                ))}
            </div>
            <div
                role='status'
                className='zoom-picker__state'
            >
                {state === 'looking' && <Text id='zoom.picker.looking'/>}
                {state === 'failed' && <Text id='zoom.picker.failed'/>}
                {state === 'found' && options.length === 0 && <Text id='zoom.picker.nothing'/>}
            </div>
        </div>
    );
}
