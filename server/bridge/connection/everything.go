package connection

// Everything is what somebody types to mean all connections of the channel.
const Everything = "all"
