package connection

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
)

// Dependencies are what connections are made, repaired and ended with.
type Dependencies struct {
	bridge.Providers
	People      bridge.Directory
	Permissions bridge.Permissions
	Messenger   bridge.Messenger
	Connections Store
	Deliveries  Deliveries
	Inbox       bridge.Inbox
	Sessions    Accounts

	Keys           *access.Keys
	Caller         *access.Caller
	Rights         *access.Rights
	Directory      *Directory
	AccessButtons  *AccessButtons
	Notices        *notice.Notices
	Prompts        *conversation.Prompts
	Trail          *conversation.Trail
	SignIns        SignIns
	Parts          Parts
	Cards          Cards
	Journal        Journal
	Reconciliation Reconciliation

	Now func() time.Time
	Log *slog.Logger
}

// core is what all parts of the package share, and through which they reach each other.
type core struct {
	Dependencies
	connector    *Connector
	form         *Form
	webhooks     *Webhooks
	sharing      *Sharing
	credentials  *Credentials
	rotator      *Rotator
	follower     *Follower
	disconnector *Disconnector
	status       *Status
}

// Service is the package's parts, by what they are for.
type Service struct {
	Dependencies
	Connector    *Connector
	Form         *Form
	Webhooks     *Webhooks
	Sharing      *Sharing
	Credentials  *Credentials
	Rotator      *Rotator
	Disconnector *Disconnector
	Status       *Status
}

type (
	// Connector connects channels.
	Connector struct{ *core }
	// Form asks what to connect, and has users sign in where that is needed first.
	Form struct{ *core }
	// Webhooks sets up, checks, repairs and removes the webhooks that we make at providers.
	Webhooks struct{ *core }
	// Sharing changes what the channels that follow a connection share.
	Sharing struct{ *core }
	// Credentials enters, replaces and removes a connection's API access.
	Credentials struct{ *core }
	// Rotator gives connections new secrets.
	Rotator struct{ *core }
	// Follower has channels follow connections, and finds those that a request is about.
	Follower struct{ *core }
	// Disconnector ends connections.
	Disconnector struct{ *core }
	// Status says how connections do, and tries them out.
	Status struct{ *core }
)

// New returns the package's parts. They are safe for use by several goroutines.
func New(d Dependencies) *Service {
	c := &core{Dependencies: d}
	c.connector, c.form, c.webhooks, c.sharing = &Connector{c}, &Form{c}, &Webhooks{c}, &Sharing{c}
	c.credentials, c.rotator, c.follower, c.disconnector, c.status = &Credentials{c}, &Rotator{c}, &Follower{c}, &Disconnector{c}, &Status{c}
	return &Service{
		Dependencies: d, Connector: c.connector, Form: c.form, Webhooks: c.webhooks, Sharing: c.sharing, Credentials: c.credentials,
		Rotator: c.rotator, Disconnector: c.disconnector, Status: c.status,
	}
}

// Operations returns what users can have done about connections.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpConnect:       {Run: s.Connector.Connect},
		conversation.OpConnectAsk:    {Run: s.Form.OpenAddressForm, Answer: s.Form.Submit},
		conversation.OpConnectNew:    {Run: s.Connector.ConnectNew},
		conversation.OpConnectAnyway: {Run: s.Connector.ConnectAnyway},
		conversation.OpConnectByHand: {Run: s.Connector.ConnectByHand},
		conversation.OpDisconnect:    {Run: s.Disconnector.Disconnect},
		conversation.OpDisconnectNow: {Run: s.Disconnector.DisconnectNow},
		conversation.OpLeave:         {Run: s.Disconnector.DisconnectAndSignOut},
		conversation.OpTest:          {Run: s.Status.Test},
		conversation.OpStatus:        {Run: s.Status.Show},
		conversation.OpDeliveries:    {Run: s.Status.ShowLog},
		conversation.OpRepair:        {Run: s.Webhooks.Repair},
		conversation.OpRotate:        {Run: s.Rotator.Rotate},
		conversation.OpRotateNow:     {Run: s.Rotator.RotateNow},

		conversation.PressAccess:     {Press: s.Credentials.PressAccess},
		conversation.FormAccess:      {Answer: s.Credentials.CredentialEntered},
		conversation.PressAccessAsk:  {Press: s.Credentials.AskCredentialAway},
		conversation.PressAccessDrop: {Press: s.Credentials.DropCredential},
	}
}

// Tasks returns what carries out the package's tasks, by their keys.
func (s *Service) Tasks() map[string]func(context.Context, bridge.Job) error {
	return map[string]func(context.Context, bridge.Job) error{repairKey: s.Webhooks.LookAfter}
}
