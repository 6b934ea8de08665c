package main

import (
	"database/sql"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// unused are the parts of the server's metrics that no test reads.
type unused struct{}

func (unused) Register()                                                                  {}
func (unused) RegisterDBCollector(*sql.DB, string)                                        {}
func (unused) UnregisterDBCollector(*sql.DB, string)                                      {}
func (unused) IncrementPostCreate()                                                       {}
func (unused) IncrementWebhookPost()                                                      {}
func (unused) IncrementPostSentEmail()                                                    {}
func (unused) IncrementPostSentPush()                                                     {}
func (unused) IncrementPostBroadcast()                                                    {}
func (unused) IncrementPostFileAttachment(int)                                            {}
func (unused) IncrementHTTPRequest()                                                      {}
func (unused) IncrementHTTPError()                                                        {}
func (unused) IncrementClusterRequest()                                                   {}
func (unused) ObserveClusterRequestDuration(float64)                                      {}
func (unused) IncrementClusterEventType(model.ClusterEvent)                               {}
func (unused) IncrementLogin()                                                            {}
func (unused) IncrementLoginFail()                                                        {}
func (unused) IncrementEtagHitCounter(string)                                             {}
func (unused) IncrementEtagMissCounter(string)                                            {}
func (unused) IncrementMemCacheHitCounter(string)                                         {}
func (unused) IncrementMemCacheMissCounter(string)                                        {}
func (unused) IncrementMemCacheInvalidationCounter(string)                                {}
func (unused) IncrementMemCacheMissCounterSession()                                       {}
func (unused) IncrementMemCacheHitCounterSession()                                        {}
func (unused) IncrementMemCacheInvalidationCounterSession()                               {}
func (unused) IncrementWebsocketEvent(model.WebsocketEventType)                           {}
func (unused) IncrementWebSocketBroadcast(model.WebsocketEventType)                       {}
func (unused) IncrementWebSocketBroadcastBufferSize(string, float64)                      {}
func (unused) DecrementWebSocketBroadcastBufferSize(string, float64)                      {}
func (unused) IncrementWebSocketBroadcastUsersRegistered(string, float64)                 {}
func (unused) DecrementWebSocketBroadcastUsersRegistered(string, float64)                 {}
func (unused) IncrementWebsocketReconnectEventWithDisconnectErrCode(string, string)       {}
func (unused) IncrementHTTPWebSockets(string)                                             {}
func (unused) DecrementHTTPWebSockets(string)                                             {}
func (unused) AddMemCacheHitCounter(string, float64)                                      {}
func (unused) AddMemCacheMissCounter(string, float64)                                     {}
func (unused) IncrementPostsSearchCounter()                                               {}
func (unused) ObservePostsSearchDuration(float64)                                         {}
func (unused) IncrementFilesSearchCounter()                                               {}
func (unused) ObserveFilesSearchDuration(float64)                                         {}
func (unused) ObserveStoreMethodDuration(string, string, float64)                         {}
func (unused) ObserveAPIEndpointDuration(string, string, string, string, string, float64) {}
func (unused) ObserveRedisEndpointDuration(string, string, float64)                       {}
func (unused) IncrementPostIndexCounter()                                                 {}
func (unused) IncrementFileIndexCounter()                                                 {}
func (unused) IncrementUserIndexCounter()                                                 {}
func (unused) IncrementChannelIndexCounter()                                              {}
func (unused) ObservePluginMultiHookIterationDuration(string, float64)                    {}
func (unused) ObservePluginMultiHookDuration(float64)                                     {}
func (unused) ObserveEnabledUsers(int64)                                                  {}
func (unused) GetLoggerMetricsCollector() mlog.MetricsCollector                           { return nil }
func (unused) IncrementRemoteClusterMsgSentCounter(string)                                {}
func (unused) IncrementRemoteClusterMsgReceivedCounter(string)                            {}
func (unused) IncrementRemoteClusterMsgErrorsCounter(string, bool)                        {}
func (unused) ObserveRemoteClusterPingDuration(string, float64)                           {}
func (unused) ObserveRemoteClusterClockSkew(string, float64)                              {}
func (unused) IncrementRemoteClusterConnStateChangeCounter(string, bool)                  {}
func (unused) IncrementSharedChannelsSyncCounter(string)                                  {}
func (unused) ObserveSharedChannelsTaskInQueueDuration(float64)                           {}
func (unused) ObserveSharedChannelsQueueSize(int64)                                       {}
func (unused) ObserveSharedChannelsSyncCollectionDuration(string, float64)                {}
func (unused) ObserveSharedChannelsSyncSendDuration(string, float64)                      {}
func (unused) ObserveSharedChannelsSyncCollectionStepDuration(string, string, float64)    {}
func (unused) ObserveSharedChannelsSyncSendStepDuration(string, string, float64)          {}
func (unused) IncrementJobActive(string)                                                  {}
func (unused) DecrementJobActive(string)                                                  {}
func (unused) SetReplicaLagAbsolute(string, float64)                                      {}
func (unused) SetReplicaLagTime(string, float64)                                          {}
func (unused) IncrementNotificationCounter(model.NotificationType, string)                {}
func (unused) IncrementNotificationAckCounter(model.NotificationType, string)             {}
func (unused) IncrementNotificationSuccessCounter(model.NotificationType, string)         {}
func (unused) IncrementNotificationErrorCounter(model.NotificationType, model.NotificationReason, string) {
}

func (unused) IncrementNotificationNotSentCounter(model.NotificationType, model.NotificationReason, string) {
}

func (unused) IncrementNotificationUnsupportedCounter(model.NotificationType, model.NotificationReason, string) {
}
func (unused) ObserveClientTimeToFirstByte(string, string, string, float64)                       {}
func (unused) ObserveClientTimeToLastByte(string, string, string, float64)                        {}
func (unused) ObserveClientTimeToDomInteractive(string, string, string, float64)                  {}
func (unused) ObserveClientSplashScreenEnd(string, string, string, string, float64)               {}
func (unused) ObserveClientFirstContentfulPaint(string, string, string, float64)                  {}
func (unused) ObserveClientLargestContentfulPaint(string, string, string, string, float64)        {}
func (unused) ObserveClientInteractionToNextPaint(string, string, string, string, float64)        {}
func (unused) ObserveClientCumulativeLayoutShift(string, string, string, float64)                 {}
func (unused) IncrementClientLongTasks(string, string, string, float64)                           {}
func (unused) ObserveClientPageLoadDuration(string, string, string, float64)                      {}
func (unused) ObserveClientChannelSwitchDuration(string, string, string, string, float64)         {}
func (unused) ObserveClientTeamSwitchDuration(string, string, string, string, float64)            {}
func (unused) ObserveClientRHSLoadDuration(string, string, string, float64)                       {}
func (unused) ObserveGlobalThreadsLoadDuration(string, string, string, float64)                   {}
func (unused) ObserveMobileClientLoadDuration(string, float64)                                    {}
func (unused) ObserveMobileClientChannelSwitchDuration(string, float64)                           {}
func (unused) ObserveMobileClientTeamSwitchDuration(string, float64)                              {}
func (unused) ObserveMobileClientNetworkRequestsAverageSpeed(string, string, string, float64)     {}
func (unused) ObserveMobileClientNetworkRequestsEffectiveLatency(string, string, string, float64) {}
func (unused) ObserveMobileClientNetworkRequestsElapsedTime(string, string, string, float64)      {}
func (unused) ObserveMobileClientNetworkRequestsLatency(string, string, string, float64)          {}
func (unused) ObserveMobileClientNetworkRequestsTotalCompressedSize(string, string, string, float64) {
}

func (unused) ObserveMobileClientNetworkRequestsTotalParallelRequests(string, string, string, float64) {
}
func (unused) ObserveMobileClientNetworkRequestsTotalRequests(string, string, string, float64) {}
func (unused) ObserveMobileClientNetworkRequestsTotalSequentialRequests(string, string, string, float64) {
}
func (unused) ObserveMobileClientNetworkRequestsTotalSize(string, string, string, float64) {}
func (unused) ClearMobileClientSessionMetadata()                                           {}
func (unused) ObserveMobileClientSessionMetadata(string, string, float64, string)          {}
func (unused) ObserveDesktopCpuUsage(string, string, string, float64)                      {}
func (unused) ObserveDesktopMemoryUsage(string, string, string, float64)                   {}
func (unused) ObserveAccessControlSearchQueryDuration(float64)                             {}
func (unused) ObserveAccessControlExpressionCompileDuration(float64)                       {}
func (unused) ObserveAccessControlEvaluateDuration(float64)                                {}
func (unused) IncrementAccessControlCacheInvalidation()                                    {}
