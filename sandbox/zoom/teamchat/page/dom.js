// Building the page. Texts are only ever set as text: nothing that an app or a user wrote is parsed as HTML.

/**
 * Makes an element.
 * @param {string} tag with classes after dots, such as "button.primary"
 * @param {Object<string, unknown>} [attributes] functions are event handlers, true and false are present and absent
 * @param {...(Node|string|null|undefined|false)} children
 */
export function make(tag, attributes = {}, ...children) {
    const [name, ...classes] = tag.split('.');
    const element = document.createElement(name);
    if (classes.length > 0) {
        element.classList.add(...classes);
    }
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === 'function') {
            element.addEventListener(key, value);
        } else if (value === true) {
            element.setAttribute(key, '');
        } else if (value !== false && value !== undefined && value !== null) {
            element.setAttribute(key, String(value));
        }
    }
    element.append(...children.filter((child) => child || child === 0));
    return element;
}

let ids = 0;

/** Returns an ID for an element that a label or a description names. */
export function newID(prefix) {
    ids++;
    return `${prefix}-${ids}`;
}

/** Finds an element of the page. */
export const byID = (id) => document.getElementById(id);

/** Shows what went wrong, until the next time. */
export function notice(text) {
    byID('notice').textContent = text;
}
