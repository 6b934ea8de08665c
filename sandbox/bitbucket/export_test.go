package bitbucket

// Patterns returns the operations that the sandbox serves of the product's API,
// such as "GET /user".
func Patterns(kind Kind) []string {
	operations := cloudOperations()
	if kind == DataCenter {
		operations = dcOperations()
	}
	var all []string
	for _, op := range operations {
		all = append(all, op.pattern)
	}
	return all
}
