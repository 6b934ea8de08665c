// The most common emoji. Mattermost has thousands; other names stay as they are typed.
const known = {
    '+1': '👍', '-1': '👎', arrow_forward: '▶️', arrows_counterclockwise: '🔄', ballot_box_with_check: '☑️', bell: '🔔', black_circle: '⚫',
    bug: '🐛', bulb: '💡', clock1: '🕐', construction: '🚧', eyes: '👀', fire: '🔥', gear: '⚙️', green_circle: '🟢', hammer: '🔨',
    hammer_and_wrench: '🛠️', heavy_check_mark: '✔️', heavy_multiplication_x: '✖️', heavy_plus_sign: '➕', hourglass: '⌛',
    hourglass_flowing_sand: '⏳', information_source: 'ℹ️', key: '🔑', large_blue_circle: '🔵', large_green_circle: '🟢',
    large_yellow_circle: '🟡', link: '🔗', lock: '🔒', memo: '📝', merge: '🔀', no_entry: '⛔', no_entry_sign: '🚫', octagonal_sign: '🛑',
    package: '📦', pencil2: '✏️', point_right: '👉', question: '❓', red_circle: '🔴', repeat: '🔁', rocket: '🚀', rotating_light: '🚨',
    seedling: '🌱', speech_balloon: '💬', stop_sign: '🛑', tada: '🎉', tag: '🏷️', thumbsup: '👍', thumbsdown: '👎', trash: '🗑️',
    twisted_rightwards_arrows: '🔀', video_camera: '📹', warning: '⚠️', wastebasket: '🗑️', wave: '👋', white_check_mark: '✅',
    white_circle: '⚪', wrench: '🔧', x: '❌', yellow_circle: '🟡', zap: '⚡',
};

/** Replaces emoji names by emoji. */
export function withEmoji(text) {
    return text.replace(/(^|[^\w:`]):([a-z0-9_+-]+):(?![\w:`])/g, (whole, before, name) => (Object.hasOwn(known, name) ? before + known[name] : whole));
}
