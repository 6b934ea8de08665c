import React, {useState} from 'react';

/** Shows a text beside its child while the pointer or the keyboard is on it. */
export function Tooltip({text, side = 'bottom', children}) {
    const [shown, setShown] = useState(false);
    return (
        <div
            className={`tooltip-anchor tooltip-anchor--${side}`}
            onMouseEnter={() => setShown(true)}
            onMouseLeave={() => setShown(false)}
            onFocus={() => setShown(true)}
            onBlur={() => setShown(false)}
        >
            {children}
            {shown && text && (
                <div
                    className='tooltip'
                    role='tooltip'
                >
                    {text}
                </div>
            )}
        </div>
    );
}
