package zoom

import (
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The positions of the switches in [Policy].
const (
	// RetryKeep repeats a notification with its first timestamp and signature.
	RetryKeep = "keep"
	// RetryRestamp gives each attempt its own timestamp and signature.
	RetryRestamp = "restamp"

	// S2SMany lets several server-to-server tokens of an app live at once.
	S2SMany = "many"
	// S2SSingle ends an app's older server-to-server token when it gets a new one.
	S2SSingle = "single"

	// TimeAsJoinTime names a participant's time join_time and leave_time.
	TimeAsJoinTime = "join_time"
	// TimeAsDateTime names a participant's time date_time.
	TimeAsDateTime = "date_time"

	// PersonalIDForced has every meeting take place in its host's personal room.
	PersonalIDForced = "forced"

	// ContentStrict refuses chatbot messages that a client would not show as a whole.
	ContentStrict = "strict"
	// ContentLenient accepts them, and clients show what they understand.
	ContentLenient = "lenient"

	// LimitsNone limits chatbots by account only.
	LimitsNone = "none"
	// LimitsChannel limits chatbots by channel, too, as users are.
	LimitsChannel = "channel"

	// VisibleByID and VisibleByJID are the only form that visible_to_user can have.
	VisibleByID  = "id"
	VisibleByJID = "jid"

	// MentionKept has the bot's name in the message of team_chat.app_mention.
	MentionKept = "kept"
	// MentionCut leaves it out.
	MentionCut = "cut"
)

// The plans an account can be on, which decide its rate limits.
// https://developers.zoom.us/docs/api/rate-limits/
const (
	PlanFree     = "free"
	PlanPro      = "pro"
	PlanBusiness = "business"
	// PlanUnlimited lifts the limits, for benchmarks; Zoom has no such plan.
	PlanUnlimited = "unlimited"
)

// dailyMeetingRequests is how many meetings one host may create and update per
// UTC day. https://developers.zoom.us/docs/api/rate-limits/
const dailyMeetingRequests = 100

// Policy holds the switches for what Zoom leaves undocumented and for what
// depends on a customer's contract. An empty field means the default, which is
// named first.
type Policy struct {
	// RetryTimestamp is RetryRestamp or RetryKeep.
	RetryTimestamp string `json:"retry_timestamp,omitempty"`
	// S2STokens is S2SMany or S2SSingle.
	S2STokens string `json:"s2s_tokens,omitempty"`
	// ParticipantTime is TimeAsJoinTime or TimeAsDateTime.
	ParticipantTime string `json:"participant_time,omitempty"`
	// Plan is PlanBusiness, PlanPro, PlanFree or PlanUnlimited, for all accounts.
	Plan string `json:"plan,omitempty"`
	// DailyMeetingRequests is how many meetings a host may create and update per
	// UTC day: 100 where 0, no limit where negative.
	DailyMeetingRequests int `json:"daily_meeting_requests,omitempty"`
	// PastMeetingLagSeconds is how long after its end a meeting's participants
	// are listed with a duration of 0.
	PastMeetingLagSeconds int `json:"past_meeting_lag_seconds,omitempty"`
	// PersonalID is PersonalIDForced where an account has every meeting take place
	// in its host's personal room.
	PersonalID string `json:"personal_id,omitempty"`
	// ChatContent is ContentStrict or ContentLenient.
	ChatContent string `json:"chat_content,omitempty"`
	// ChatLimits is LimitsNone or LimitsChannel.
	ChatLimits string `json:"chat_limits,omitempty"`
	// VisibleTo is empty for either form, VisibleByID or VisibleByJID.
	VisibleTo string `json:"visible_to,omitempty"`
	// MentionText is MentionKept or MentionCut.
	MentionText string `json:"mention_text,omitempty"`
}

// check reports a switch in a position that does not exist.
func (p Policy) check() error {
	for _, s := range []struct {
		name, value string
		allowed     []string
	}{
		{"retry_timestamp", p.RetryTimestamp, []string{"", RetryRestamp, RetryKeep}},
		{"s2s_tokens", p.S2STokens, []string{"", S2SMany, S2SSingle}},
		{"participant_time", p.ParticipantTime, []string{"", TimeAsJoinTime, TimeAsDateTime}},
		{"personal_id", p.PersonalID, []string{"", PersonalIDForced}},
		{"chat_content", p.ChatContent, []string{"", ContentStrict, ContentLenient}},
		{"chat_limits", p.ChatLimits, []string{"", LimitsNone, LimitsChannel}},
		{"visible_to", p.VisibleTo, []string{"", VisibleByID, VisibleByJID}},
		{"mention_text", p.MentionText, []string{"", MentionKept, MentionCut}},
		{"plan", p.Plan, []string{"", PlanBusiness, PlanPro, PlanFree, PlanUnlimited}},
	} {
		if !slices.Contains(s.allowed, s.value) {
			return errors.Wrapf(kit.ErrInvalid, "%s can't be %q", s.name, s.value)
		}
	}
	return nil
}

// dailyLimit is the number of create and update requests a host has per day.
func (p Policy) dailyLimit() int {
	if p.DailyMeetingRequests == 0 {
		return dailyMeetingRequests
	}
	return p.DailyMeetingRequests
}
