// Cards: what an app's content looks like. An element that isn't exactly as Zoom describes it is not shown; in its place
// the page says so.
import {inputs} from './inputs.js';
import {link, markdown, plain} from './markdown.js';
import {make} from './dom.js';

/** Shows that something is not as it should be. */
export function broken(why) {
    return make('p.broken', {'data-problem': why}, `Zoom would not show this: ${why}`);
}

/** Applies an app's style to an element. */
function styled(element, style) {
    if (style?.bold) {
        element.classList.add('bold');
    }
    if (style?.italic) {
        element.classList.add('italic');
    }
    if (style?.color) {
        element.style.setProperty('color', style.color);
    }
    return element;
}

/** A text with a button that makes it editable. */
function editable(shown, label, value, save) {
    const place = make('span.editable', {}, shown, make('button.quiet', {type: 'button', 'aria-label': `Edit ${label}`, click: edit}, 'Edit'));
    function edit() {
        const shownNow = [...place.childNodes];
        const input = make('input', {type: 'text', value, 'aria-label': label});
        const done = () => place.replaceChildren(...shownNow);
        place.replaceChildren(make('form.edit', {
            submit: (event) => {
                event.preventDefault();
                done();
                save(input.value);
            },
            keydown: (event) => event.key === 'Escape' && done(),
        }, input, make('button', {type: 'submit'}, 'Save'), make('button.quiet', {type: 'button', click: done}, 'Cancel')));
        input.focus();
    }
    return place;
}

/** A button of an app. */
function button(b, {can, click}) {
    const style = b.style ?? 'Default';
    return make(`button.${style.toLowerCase()}`, {
        type: b.submit ? 'submit' : 'button', value: b.value, disabled: !can || style === 'Disabled', 'aria-haspopup': b.dialog ? 'dialog' : null,
        click: (event) => {
            if (!b.submit) {
                click(b, event.currentTarget);
            }
        },
    }, b.text);
}

// How each type of element is shown. c is what users can do with the card; see content.
const elements = {
    message(e, c) {
        const nodes = e.is_markdown_support ?? c.markdown ? markdown(e.text) : plain(e.text);
        const text = styled(make('span.text', {}, ...e.link ? [link(e.link, e.text)] : nodes), e.style);
        return make('p', {}, e.editable && c.can ? editable(text, e.text, e.text, (value) => c.editText(e.text, value)) : text);
    },
    fields(e, c) {
        const rows = e.items.map((f) => {
            const text = make('span', {}, ...c.markdown ? markdown(f.value) : plain(f.value));
            return make(f.short ? 'div.short' : 'div', {}, make('dt', {}, f.key), make('dd', {},
                f.editable && c.can ? editable(text, f.key, f.value.trim(), (value) => c.editField(f.key, value)) : text));
        });
        return make('dl.fields', {}, ...rows);
    },
    actions(e, c) {
        const all = e.items.map((b) => button(b, c));
        const limit = e.limit ?? all.length;
        const more = all.length > limit && make('details.more', {}, make('summary', {}, 'More'), ...all.slice(limit));
        return make('div.actions', {}, ...all.slice(0, limit), more);
    },
    select(e, c) {
        return inputs.select(e, c);
    },
    attachments(e) {
        const {title, description} = e.information;
        return make('figure.attachment', {},
            e.img_url && make('img', {src: e.img_url, alt: ''}),
            make('figcaption', {}, styled(link(e.resource_url, title.text), title.style), description && styled(make('p', {}, description.text), description.style),
                (e.ext || e.size >= 0) && make('p.soft', {}, [e.ext, e.size >= 0 && `${e.size.toLocaleString()} bytes`].filter(Boolean).join(', '))));
    },
    file(e) {
        return make('p.file', {}, e.icon_url && make('img', {src: e.icon_url, alt: ''}), link(e.title.file_url, e.title.text), ' ', e.description?.text);
    },
    divider(e) {
        const line = make('hr', {});
        line.classList.toggle('bold', Boolean(e.style?.bold));
        line.classList.toggle('dotted', Boolean(e.style?.dotted));
        if (e.style?.color) {
            line.style.setProperty('border-color', e.style.color);
        }
        return line;
    },
    progress_bar(e) {
        return make('progress', {max: 100, value: e.value, 'aria-label': `${e.value} percent`});
    },
    alert(e) {
        const box = make(`p.alert.${e.level}`, {role: 'note'}, e.text);
        if (e.closable) {
            box.append(make('button.quiet', {type: 'button', 'aria-label': 'Dismiss', click: () => box.remove()}, '×'));
        }
        return box;
    },
    images(e) {
        let at = e.cur_index ?? 0;
        const image = make('img');
        const show = (by) => {
            at = (at + by + e.images.length) % e.images.length;
            image.src = e.images[at].image_url;
            image.alt = e.images[at].alt_text;
        };
        show(0);
        const turn = (label, by) => e.images.length > 1 && make('button.quiet', {type: 'button', click: () => show(by)}, label);
        return make('figure.images', {}, image, make('figcaption', {}, turn('Previous image', -1), turn('Next image', 1)));
    },
    video(e) {
        const by = [e.author_name, e.provider_name].filter(Boolean).join(', ');
        return make('figure.video', {}, make('video', {controls: true, preload: 'none', src: e.video_url, poster: e.thumbnail_url}),
            make('figcaption', {}, e.title_url ? link(e.title_url, e.title.text) : e.title.text, by && make('p.soft', {}, by)));
    },
    section(e, c) {
        const part = make('section.section', {}, ...e.sections.map((one) => element(one, c)));
        part.classList.toggle('horizontal', e.layout === 'horizontal');
        part.style.setProperty('--bar', e.sidebar_color ?? c.sidebarColor ?? 'var(--line)');
        if (e.footer || e.ts) {
            part.append(make('footer.soft', {}, e.footer_icon && make('img', {src: e.footer_icon, alt: ''}), e.footer,
                e.ts && make('time', {datetime: new Date(e.ts).toISOString()}, new Date(e.ts).toLocaleString())));
        }
        return part;
    },
    page(e, c) {
        const place = make('div.pages');
        const show = (number) => {
            const page = e.pages.find((one) => one.pageNo === number);
            const turn = (label, to) => make('button.quiet', {type: 'button', disabled: !e.pages.some((one) => one.pageNo === to), click: () => show(to)}, label);
            place.replaceChildren(...page ? page.body.map((one) => element(one, c)) : [broken(`there is no page ${number}`)],
                make('div.actions', {}, turn('Previous page', number - 1), `Page ${number} of ${e.pages.length}`, turn('Next page', number + 1)));
        };
        show(e.cur_page);
        return place;
    },
    plain_text_input: inputs.plain_text_input,
    timepicker: inputs.timepicker,
    datepicker: inputs.datepicker,
    radio_buttons: inputs.radio_buttons,
    checkboxes: inputs.checkboxes,
};

/** Shows one element, or that it can't be shown. */
function element(e, c) {
    if (!Object.hasOwn(elements, e?.type)) {
        return broken(`unknown type "${e?.type}"`);
    }
    try {
        return elements[e.type](e, c);
    } catch (err) {
        return broken(`${e.type}: ${err.message}`);
    }
}

/**
 * Shows the content of a message.
 * @param {Object} content
 * @param {Object} c what users can do: can (anything at all), click, select, editText, editField, submit; and markdown, members, channels
 */
export function card(content, c) {
    const form = Boolean(content.settings?.form);
    const context = {...c, form, sidebarColor: content.settings?.default_sidebar_color};
    const parts = [];
    if (content.head) {
        const title = context.markdown || content.head.is_markdown_support ? markdown(content.head.text) : [content.head.text];
        parts.push(styled(make('h2', {}, ...title), content.head.style));
        if (content.head.sub_head) {
            parts.push(styled(make('p.sub-head', {}, content.head.sub_head.text), content.head.sub_head.style));
        }
    }
    parts.push(...(content.body ?? []).map((e) => element(e, context)));
    if (!form) {
        return make('div.card', {}, ...parts);
    }
    return make('form.card', {
        submit: (event) => {
            event.preventDefault();
            context.submit(event.submitter.value, values(event.currentTarget), event.submitter);
        },
    }, ...parts);
}

/** The values of a form, by action_id. */
function values(form) {
    const all = {};
    for (const group of form.querySelectorAll('[data-action-id]')) {
        all[group.dataset.actionId] = group.read();
    }
    return all;
}
