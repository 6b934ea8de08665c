import React, {useState} from 'react';

/** Shows a text next to its child while the child has the pointer or the focus. */
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
