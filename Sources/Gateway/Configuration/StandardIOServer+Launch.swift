internal import Outbound

extension ChildLaunch {
    /// How a server of the configuration file is started.
    init(_ server: StandardIOServer) {
        self.init(program: server.command)
        self.arguments = server.arguments
        self.environment = server.environment
        self.workingDirectory = server.workingDirectory
    }
}
