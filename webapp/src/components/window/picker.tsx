import React, {useEffect, useState} from 'react';

import {useOptions} from './use_options';
import styles from './picker.css?inline';

import {addStyles} from '../../styles';
import type {FormField, FormOption} from '../../types/api';
import {ChevronIcon} from '../common/icon';
import {Text} from '../common/text';

addStyles(styles);

interface PickerProps {
    id: string;
    field: FormField;
    value: string;
    invalid: boolean;
    describedBy?: string;
    saving: boolean;
    onChange(value: string): void;

    /** Searches for options. */
    find(term: string): Promise<FormOption[]>;
}

/**
 * A select field with a search; see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. It shows the selected option until the user
 * types.
 */
export function Picker({id, field, value, invalid, describedBy, saving, onChange, find}: PickerProps) {
    const [term, setTerm] = useState<string | null>(null);
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(0);
    const {options, state, selected} = useOptions({field, value, term, find});

    useEffect(() => setActive(0), [options]);
    useEffect(() => document.getElementById(`${id}-${active}`)?.scrollIntoView?.({block: 'nearest'}), [id, active]);

    const close = () => {
        setOpen(false);
        setTerm(null);
    };
    const select = (option: FormOption | undefined) => {
        if (option) {
            onChange(option.value);
            close();
        }
    };
    const handleKey = (event: React.KeyboardEvent) => {
        const by = {ArrowDown: 1, ArrowUp: options.length - 1}[event.key];
        if (saving) {
            return;
        }
        if (event.key === 'Escape' && open) {
            event.stopPropagation();
            close();
        } else if (event.key === 'Enter' && open) {
            event.preventDefault();

            // During a search, the list still shows the results of the previous one.
            select(state === 'found' ? options[active] : undefined);
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
                    value={term ?? selected?.label ?? ''}
                    onChange={(event) => {
                        setTerm(event.target.value);
                        setOpen(true);
                        if (event.target.value === '' && field.optional) {
                            onChange('');
                        }
                    }}
                    onClick={() => setOpen(!saving)}
                    onBlur={close}
                    onKeyDown={handleKey}
                />
                <ChevronIcon/>
            </div>
            {selected?.detail && term === null && <div className='zoom-picker__detail'>{selected.detail}</div>}
            {open && (
                <OptionList
                    id={id}
                    options={options}
                    active={active}
                    state={state}
                    onSelect={select}
                />
            )}
        </div>
    );
}

interface OptionListProps {
    id: string;
    options: FormOption[];
    active: number;
    state: 'found' | 'searching' | 'failed';
    onSelect(option: FormOption): void;
}

function OptionList({id, options, active, state, onSelect}: OptionListProps) {
    return (
        <div className='zoom-picker__list'>
            <div
                id={`${id}-list`}
                role='listbox'
                tabIndex={-1}
            >
                {options.map((option, index) => (

                    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field keeps the focus and handles the keys
                    <div
                        key={option.value}
                        id={`${id}-${index}`}
                        role='option'
                        tabIndex={-1}
                        aria-selected={index === active}
                        onMouseDown={(event) => event.preventDefault()}
                        onClick={() => onSelect(option)}
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
                {state === 'searching' && <Text id='zoom.picker.searching'/>}
                {state === 'failed' && <Text id='zoom.picker.failed'/>}
                {state === 'found' && options.length === 0 && <Text id='zoom.picker.no_results'/>}
            </div>
        </div>
    );
}
