package sentry

import (
	"maps"
	"time"
)

// The forms of things as Sentry's own document has them, with nothing that it
// doesn't know. What doesn't matter here is always the same.

// with returns an object with more fields.
func with(o, more object) object {
	maps.Copy(o, more)
	return o
}

// none returns an object of which none of these is true.
func none(names ...string) object {
	o := object{}
	for _, name := range names {
		o[name] = false
	}
	return o
}

// letters is the avatar of what has none.
func letters() object {
	return object{"avatarType": "letter_avatar", "avatarUuid": nil, "avatarUrl": nil}
}

// since is when everything was made.
func since() string { return stamp(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) }

// shownOrg is an organization.
func (w *world) shownOrg(o *org) object {
	return with(none("isEarlyAdopter", "require2FA", "hasAuthProvider", "allowSuperuserAccess"), object{
		"id": itoa(o.id), "slug": o.Slug, "name": o.Name, "status": object{"id": "active", "name": "active"}, "dateCreated": since(),
		"avatar": letters(), "links": object{"organizationUrl": w.Base, "regionUrl": w.region(o)},
		"allowMemberInvite": true, "allowMemberProjectCreation": true,
	})
}

// named is what all forms of a project have.
func (p *project) named() object {
	can := none("isBookmarked", "firstTransactionEvent", "hasFeedbacks", "hasFlags", "hasMinifiedStackTrace", "hasMonitors",
		"hasNewFeedbacks", "hasProfiles", "hasReplays", "hasSessions", "hasInsightsHttp", "hasInsightsDb", "hasInsightsAssets",
		"hasInsightsAppStart", "hasInsightsScreenLoad", "hasInsightsVitals", "hasInsightsCaches", "hasInsightsQueues",
		"hasInsightsAgentMonitoring", "hasInsightsMCP", "hasLogs", "hasTraceMetrics")
	return with(can, object{
		"id": itoa(p.id), "slug": p.Slug, "name": p.Name, "platform": p.Platform, "isMember": true, "hasAccess": true, "dateCreated": since(),
		"features": []string{}, "access": []string{}, "firstEvent": nil,
	})
}

// listed is a project in the organization's list, ofTeam in the list of teams.
func (p *project) listed() object {
	return with(p.named(), object{
		"team": nil, "teams": []object{}, "platforms": []string{}, "environments": []string{}, "latestRelease": nil, "hasUserReports": false,
	})
}

func (p *project) ofTeam() object {
	return with(p.named(), object{"isInternal": false, "isPublic": false, "avatar": letters(), "color": "#3f84bf", "status": "active"})
}

// shown is a team with its projects.
func (t *team) shown(projects []object) object {
	return object{
		"id": itoa(t.id), "slug": t.Slug, "name": t.Slug, "projects": projects, "dateCreated": since(), "isMember": false, "teamRole": nil,
		"flags": object{"idp:provisioned": false}, "access": []string{}, "hasAccess": true, "isPending": false, "memberCount": 1,
		"avatar": letters(), "externalTeams": []object{},
	}
}

// shown is a person with all fields.
func (u *User) shown() object {
	return with(none("isSuspended", "isManaged", "has2fa", "isSuperuser", "isStaff"), object{
		"id": itoa(u.ID), "name": u.Name, "username": u.Login, "email": u.Email, "avatarUrl": "", "isActive": true, "hasPasswordAuth": true,
		"dateJoined": since(), "lastLogin": nil, "lastActive": nil, "experiments": object{},
		"emails": []object{{"id": itoa(u.ID), "email": u.Email, "is_verified": true}},
	})
}

// shownMember is a membership; the user is nil for an invited member.
func shownMember(id int, email, name, role string, user any) object {
	return object{
		"id": itoa(id), "email": email, "name": name, "orgRole": role, "pending": user == nil, "expired": false, "user": user,
		"dateCreated": since(), "inviteStatus": "approved", "inviterName": nil, "flags": none("idp:provisioned", "idp:role-restricted",
			"sso:linked", "sso:invalid", "member-limit:restricted", "partnership:restricted"),
	}
}

// listed is an issue as the list has it, where nothing more is asked for.
func (w *world) listed(i *issue) object {
	times := object{
		"count": itoa(i.count), "userCount": len(i.users), "firstSeen": stamp(i.first), "lastSeen": stamp(i.last), "stats": object{},
	}
	return with(w.shown(i, true), object{"stats": object{}, "lifetime": times, "filtered": nil})
}

// alone is an issue as the answer about it alone has it, in a list as it is one of
// several.
func (w *world) alone(i *issue) object {
	return with(w.shown(i, true), object{"activity": []object{}, "seenBy": []object{}, "participants": []object{}, "userReportCount": 0})
}
