package card

// many is more entries than any card has.
const many = 50

var (
	style   = object(shape{"color": may(color), "bold": may(flag), "italic": may(flag)})
	titled  = object(shape{"text": must(filled(MaxText)), "style": may(style)})
	heading = object(shape{
		"text": must(text(MaxText)), "type": may(oneOf("message")), "style": may(style), "sub_head": may(titled),
		"is_markdown_support": may(flag),
	})
	option     = object(shape{"text": must(filled(MaxText)), "value": must(filled(MaxText))})
	checkboxes = object(shape{
		"text": must(filled(MaxText)), "value": must(filled(MaxText)), "initial_selected": may(flag),
	})
	field = object(shape{
		"key": must(filled(MaxField)), "value": must(text(MaxField)), "short": may(flag), "editable": may(flag),
	})
	button = object(shape{
		"text": must(filled(MaxButtonText)), "value": must(filled(MaxText)), "style": may(oneOf("Primary", "Default", "Danger", "Disabled")),
		"submit": may(flag), "action": may(oneOf("dialog")), "dialog": may(dialog),
	})
	dialog = object(shape{
		"size": may(oneOf("S", "M", "L")), "link": must(link), "title": must(object(shape{"text": must(filled(MaxButtonText))})),
	})
	settings = object(shape{
		"form": may(flag), "form_id": may(filled(MaxText)), "is_split_sidebar": may(flag), "default_sidebar_color": may(color),
	})
)

// elements are the kinds of elements by their type. What they may hold is that of Zoom's
// own types and guides, and what no source requires may be left out.
var elements = map[string]shape{
	"message": {
		"text": must(filled(MaxText)), "style": may(style), "editable": may(flag), "is_markdown_support": may(flag), "link": may(link),
	},
	"fields":  {"items": must(list(many, field))},
	"actions": {"items": must(list(MaxButtons, button)), "limit": may(number(1, MaxButtons))},
	"select": {
		"text": must(filled(MaxText)), "select_items": may(list(MaxOptions, option)), "selected_item": may(option),
		"static_source": may(oneOf("members", "channels")), "action_id": may(filled(MaxText)),
	},
	"attachments": {
		"resource_url": must(link), "img_url": may(link), "ext": may(filled(MaxField)), "size": may(number(0, 1<<53)), // bytes
		"information": must(object(shape{"title": must(titled), "description": may(titled)})),
	},
	"file": {
		"icon_url": may(link), "title": must(object(shape{"text": must(filled(MaxText)), "file_url": must(link)})),
		"description": may(titled),
	},
	"divider":      {"style": may(object(shape{"bold": may(flag), "dotted": may(flag), "color": may(color)}))},
	"progress_bar": {"value": must(number(0, 100))},
	"alert": {
		"text": must(filled(MaxText)), "level": must(oneOf("info", "success", "warning", "error")), "closable": may(flag),
	},
	"images": {"cur_index": may(number(0, many)), "images": must(list(many, object(shape{
		"image_url": must(link), "alt_text": must(text(MaxText)), "image_index": may(number(0, many)),
	})))},
	"video": {
		"title":     must(object(shape{"text": must(filled(MaxText)), "is_markdown_support": may(flag)})),
		"action_id": may(text(MaxText)), "title_url": may(link), "video_url": must(link), "thumbnail_url": may(link),
		"author_name": may(text(MaxText)), "provider_name": may(text(MaxText)), "provider_icon_url": may(link),
	},

	"plain_text_input": {
		"action_id": must(filled(MaxText)), "text": must(filled(MaxText)), "value": may(text(MaxText)), "placeholder": may(text(MaxText)),
		"multiline": may(flag), "min_length": may(number(0, MaxText)), "max_length": may(number(1, MaxText)),
	},
	"timepicker": {"action_id": must(filled(MaxText)), "initial_time": may(like(`\d{1,2}:\d{2}( [AP]M)?`, "09:30")), "text": may(text(MaxText))},
	"datepicker": {"action_id": must(filled(MaxText)), "initial_date": may(like(`\d{4}/\d{1,2}/\d{1,2}`, "2010/10/10")), "text": may(text(MaxText))},
	"radio_buttons": {
		"action_id": must(filled(MaxText)), "options": must(list(MaxOptions, option)), "initial_option": may(option), "text": may(text(MaxText)),
	},
	"checkboxes": {
		"action_id": must(filled(MaxText)), "options": must(list(MaxOptions, checkboxes)), "style": may(oneOf("switch")), "text": may(text(MaxText)),
	},
}

// inputs are the elements that only a form can have: no source names the event that one
// outside of a form would send.
var inputs = []string{"plain_text_input", "timepicker", "datepicker", "radio_buttons", "checkboxes"}
