"""The Go types of answers: `docker info`, `docker version` and events.

Owns a table in the notation of table.py. Source: moby api/types as docker/cli 28.2.2 is built with them.
"""

from __future__ import annotations

SYSTEM = """
formatter.diskUsageContext
    Images Containers Volumes BuildCache any
events.Message
    Status:status? ID:id? From:from?    string
    Type                                events.Type
    Action                              events.Action
    Actor                               events.Actor
    Scope:scope?                        string
    Time:time? TimeNano:timeNano?       int64
events.Actor
    ID                                  string
    Attributes                          map[string]string
system.dockerInfo
    + Info?                             *system.Info
    ServerErrors?                       []string
    UserName:-                          string
    ClientInfo?                         *system.clientInfo
    ClientErrors?                       []string
system.Info
    ID                                  string
    Containers ContainersRunning ContainersPaused ContainersStopped Images int
    Driver                              string
    DriverStatus SystemStatus?          [][2]string
    Plugins                             system.PluginsInfo
    MemoryLimit SwapLimit KernelMemory? KernelMemoryTCP? bool
    CPUCfsPeriod:CpuCfsPeriod CPUCfsQuota:CpuCfsQuota CPUShares CPUSet bool
    PidsLimit IPv4Forwarding Debug      bool
    NFd                                 int
    OomKillDisable                      bool
    NGoroutines                         int
    SystemTime LoggingDriver CgroupDriver CgroupVersion? string
    NEventsListener                     int
    KernelVersion OperatingSystem OSVersion OSType Architecture string
    IndexServerAddress                  string
    RegistryConfig                      *registry.ServiceConfig
    NCPU                                int
    MemTotal                            int64
    GenericResources                    []swarm.GenericResource
    DockerRootDir HTTPProxy:HttpProxy HTTPSProxy:HttpsProxy NoProxy Name string
    Labels                              []string
    ExperimentalBuild                   bool
    ServerVersion                       string
    Runtimes                            map[string]system.RuntimeWithStatus
    DefaultRuntime                      string
    Swarm                               swarm.Info
    LiveRestoreEnabled                  bool
    Isolation                           container.Isolation
    InitBinary                          string
    ContainerdCommit RuncCommit InitCommit system.Commit
    SecurityOptions                     []string
    ProductLicense?                     string
    DefaultAddressPools?                []system.NetworkAddressPool
    FirewallBackend?                    *system.FirewallInfo
    CDISpecDirs                         []string
    DiscoveredDevices?                  []system.DeviceInfo
    Containerd?                         *system.ContainerdInfo
    Warnings                            []string
system.PluginsInfo
    Volume Network Authorization Log    []string
registry.ServiceConfig
    AllowNondistributableArtifactsCIDRs? []*registry.NetIPNet
    AllowNondistributableArtifactsHostnames? []string
    InsecureRegistryCIDRs               []*registry.NetIPNet
    IndexConfigs                        map[string]*registry.IndexInfo
    Mirrors                             []string
    ExtraFields:-                       map[string]any
registry.IndexInfo
    Name                                string
    Mirrors                             []string
    Secure Official                     bool
system.RuntimeWithStatus
    + Runtime                           system.Runtime
    Status:status?                      map[string]string
system.Runtime
    Path:path?                          string
    Args:runtimeArgs?                   []string
    Type:runtimeType?                   string
    Options:options?                    map[string]any
swarm.Info
    NodeID NodeAddr                     string
    LocalNodeState                      swarm.LocalNodeState
    ControlAvailable                    bool
    Error                               string
    RemoteManagers                      []swarm.Peer
    Nodes? Managers?                    int
    Cluster?                            *swarm.ClusterInfo
    Warnings?                           []string
swarm.Peer
    NodeID Addr                         string
swarm.ClusterInfo
    ID                                  string
    + Meta                              swarm.Meta
    Spec                                swarm.Spec
    TLSInfo                             swarm.TLSInfo
    RootRotationInProgress              bool
    DefaultAddrPool                     []string
    SubnetSize DataPathPort             uint32
system.Commit
    ID Expected?                        string
system.NetworkAddressPool
    Base                                string
    Size                                int
system.FirewallInfo
    Driver                              string
    Info?                               [][2]string
system.DeviceInfo
    Source ID                           string
system.ContainerdInfo
    Address?                            string
    Namespaces                          system.ContainerdNamespaces
system.ContainerdNamespaces
    Containers Plugins                  string
system.clientInfo
    Debug                               bool
    + clientVersion                     system.clientVersion
    Plugins                             []manager.Plugin
    Warnings                            []string
system.clientVersion
    Platform?                           *system.platformInfo
    Version? APIVersion:ApiVersion? DefaultAPIVersion? GitCommit? GoVersion? string
    Os? Arch? BuildTime? Context        string
system.platformInfo
    Name?                               string
manager.Plugin
    + Metadata                          metadata.Metadata
    Name? Path?                         string
    Err?                                any
    ShadowedPaths?                      []string
metadata.Metadata
    SchemaVersion? Vendor? Version? ShortDescription? URL? string
system.versionInfo
    Client                              system.clientVersion
    Server                              *types.Version
types.Version
    Platform?                           types.Version.Platform
    Components?                         []types.ComponentVersion
    Version APIVersion:ApiVersion MinAPIVersion? GitCommit GoVersion Os Arch string
    KernelVersion?                      string
    Experimental?                       bool
    BuildTime?                          string
types.Version.Platform  struct { Name string }
    Name                                string
types.ComponentVersion
    Name Version                        string
    Details?                            map[string]string
"""
