package sentry

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// sentBuild is a mobile build that Sentry has measured or made ready to install.
type sentBuild struct {
	ID           text `json:"buildId"`
	Organization text `json:"organizationSlug"`
	Project      text `json:"projectSlug"`
	Platform     text `json:"platform"`
	State        text `json:"state"`
	App          lenient[struct {
		ID      text `json:"appId"`
		Name    text `json:"name"`
		Version text `json:"version"`
		Number  text `json:"buildNumber"`
	}] `json:"appInfo"`
	Git lenient[struct {
		Provider text `json:"provider"`
		Repo     text `json:"headRepoName"`
		BaseRepo text `json:"baseRepoName"`
		Ref      text `json:"headRef"`
		Pull     text `json:"prNumber"`
	}] `json:"gitInfo"`
	Download    text `json:"downloadSize"`
	Install     text `json:"installSize"`
	Comparisons list[struct {
		Diff lenient[struct {
			Type         text `json:"metricsArtifactType"`
			HeadInstall  text `json:"headInstallSize"`
			HeadDownload text `json:"headDownloadSize"`
			BaseInstall  text `json:"baseInstallSize"`
			BaseDownload text `json:"baseDownloadSize"`
		}] `json:"sizeMetricDiff"`
	}] `json:"comparisons"`
	InstallURL text `json:"installUrl"`
	Code       text `json:"errorCode"`
	Message    text `json:"errorMessage"`
}

// parseBuild reads an event about a mobile build. "Completed" may still mean that it failed.
//
// https://docs.sentry.io/integrations/integration-platform/webhooks/preprod-artifacts/
func parseBuild(e envelope, n eventData) ([]provider.Event, error) {
	var data sentBuild
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read a build")
	}
	id := data.ID.id()
	if id == "" {
		return parseOther("preprod_artifact", e, n)
	}
	n.fillLocation(location{Slug: data.Organization.id()})
	app, git := data.App.get(), data.Git.get()
	b := buildInfo{
		ID: id, Project: data.Project.id(), App: cmp.Or(app.Name.line(maxName), app.ID.line(maxName)), Version: app.Version.line(maxName),
		Number: app.Number.line(maxName), Platform: strings.ToLower(data.Platform.line(maxName)), Branch: git.Ref.line(maxName),
		Did: buildSize, Failed: !strings.EqualFold(string(data.State), "COMPLETED"),
		Error:    cmp.Or(data.Message.line(maxMessage), spacedWords(strings.ToLower(data.Code.line(maxName)))),
		Download: data.Download.number(), Install: data.Install.number(), InstallURL: untrusted.URL(string(data.InstallURL)),
	}
	if strings.HasPrefix(string(e.Action), "build_distribution") {
		b.Did = buildReady
	}
	if repo := cmp.Or(git.BaseRepo.line(maxName), git.Repo.line(maxName)); git.Provider == "github" && git.Pull.number() > 0 && strings.Count(repo, "/") == 1 {
		owner, name, _ := strings.Cut(repo, "/")
		b.Pull = &pull{
			Repo: repo, Number: itoa(git.Pull.number()),
			URL: "https://github.com/" + url.PathEscape(owner) + "/" + url.PathEscape(name) + "/pull/" + itoa(git.Pull.number()),
		}
	}
	for _, c := range data.Comparisons {
		if d := c.Diff.get(); d.Type == "MAIN_ARTIFACT" {
			b.MoreInstall = d.HeadInstall.signedNumber() - d.BaseInstall.signedNumber()
			b.MoreDownload = d.HeadDownload.signedNumber() - d.BaseDownload.signedNumber()
		}
	}
	n.By, n.Build = actor{}, &b
	return []provider.Event{event(n, provider.Event{
		ID: untrusted.HashID("build", id, string(e.Action), string(e.Data)), Subject: "build/" + id, Resource: cmp.Or(b.Project, unknownProject), Labels: noLevelLabel(),
	})}, nil
}
