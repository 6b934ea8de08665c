package main

import (
	"encoding/json"
	"os"
	"slices"

	"github.com/pkg/errors"
)

// figure is one line of the table.
type figure struct {
	Name string `json:"name"`
	// Value is in Unit: "ms", "/s" or "MiB".
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Ratio is to the incoming webhook in the same round; 0 for figures without one.
	Ratio float64 `json:"ratio,omitempty"`
	// Goal is the budget: of the ratio where there is one, else of the value; 0 for none.
	Goal float64 `json:"goal,omitempty"`
	// Cost is nil where nothing was counted.
	Cost *cost `json:"cost,omitempty"`
}

// latency is the figure for the median time.
func (s sample) latency(name string, base sample, goal float64) figure {
	return figure{Name: name, Value: s.p(50), Unit: "ms", Ratio: s.p(50) / base.p(50), Goal: goal, Cost: &s.cost}
}

// rate is the figure for operations per second.
func (s sample) rate(name string, base sample, goal float64) figure {
	return figure{Name: name, Value: s.perSecond, Unit: "/s", Ratio: s.perSecond / base.perSecond, Goal: goal, Cost: &s.cost}
}

// measured is what the budget is about.
func (f figure) measured() float64 {
	if f.Ratio != 0 {
		return f.Ratio
	}
	return f.Value
}

// within reports whether the budget holds: a rate is to reach it, everything else is to stay below.
func (f figure) within() bool {
	if f.Unit == "/s" {
		return f.measured() >= f.Goal
	}
	return f.measured() <= f.Goal
}

func writeFigures(path string, figures []figure) error {
	data, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return errors.Wrap(err, "encode the figures")
	}
	return errors.Wrap(os.WriteFile(path, data, 0o644), "write the figures")
}

// readFigures returns the figures of earlier runs by name, each with the medians of the files.
func readFigures(paths []string) (map[string]figure, error) {
	runs := map[string][]figure{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, errors.Wrap(err, "read earlier figures")
		}
		var figures []figure
		if err := json.Unmarshal(data, &figures); err != nil {
			return nil, errors.Wrapf(err, "read %s", path)
		}
		for _, f := range figures {
			runs[f.Name] = append(runs[f.Name], f)
		}
	}
	medians := map[string]figure{}
	for name, run := range runs {
		f := run[0]
		f.Value = median(run, func(f figure) float64 { return f.Value })
		f.Ratio = median(run, func(f figure) float64 { return f.Ratio })
		medians[name] = f
	}
	return medians, nil
}

func median(figures []figure, of func(figure) float64) float64 {
	values := make([]float64, len(figures))
	for i, f := range figures {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
