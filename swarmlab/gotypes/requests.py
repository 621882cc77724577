"""The Go types of what clients send: which keys a request may hold, and of which type each is.

Owns no rule: a table, and ways to look things up in it. Each block is a struct: fields, then their type; a line with an
equals sign gives other types a name. Source: moby api/types (28.5); compared with the refusals of an engine 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_TABLE = """
swarm.ServiceSpec
    Name                                string
    Labels                              map[string]string
    TaskTemplate                        swarm.TaskSpec
    Mode                                swarm.ServiceMode
    UpdateConfig RollbackConfig         swarm.UpdateConfig
    Networks                            []swarm.NetworkAttachmentConfig
    EndpointSpec                        swarm.EndpointSpec
swarm.TaskSpec
    ContainerSpec                       swarm.ContainerSpec
    PluginSpec                          runtime.PluginSpec
    NetworkAttachmentSpec               swarm.NetworkAttachmentSpec
    Resources                           swarm.ResourceRequirements
    RestartPolicy                       swarm.RestartPolicy
    Placement                           swarm.Placement
    Networks                            []swarm.NetworkAttachmentConfig
    LogDriver                           swarm.Driver
    ForceUpdate                         uint64
    Runtime                             swarm.RuntimeType
swarm.ContainerSpec
    Image Hostname Dir User StopSignal  string
    Labels Sysctls                      map[string]string
    Command Args Env Groups Hosts CapabilityAdd CapabilityDrop  []string
    Privileges                          swarm.Privileges
    Init TTY OpenStdin ReadOnly         bool
    Mounts                              []mount.Mount
    StopGracePeriod                     time.Duration
    Healthcheck                         v1.HealthcheckConfig
    DNSConfig                           swarm.DNSConfig
    Secrets                             []*swarm.SecretReference
    Configs                             []*swarm.ConfigReference
    Isolation                           container.Isolation
    Ulimits                             []*units.Ulimit
    OomScoreAdj                         int64
swarm.Privileges
    CredentialSpec                      swarm.CredentialSpec
    SELinuxContext                      swarm.SELinuxContext
    Seccomp                             swarm.SeccompOpts
    AppArmor                            swarm.AppArmorOpts
    NoNewPrivileges                     bool
swarm.CredentialSpec
    Config File Registry                string
swarm.SELinuxContext
    Disable                             bool
    User Role Type Level                string
swarm.SeccompOpts
    Mode                                swarm.SeccompMode
    Profile                             []uint8
swarm.AppArmorOpts
    Mode                                swarm.AppArmorMode
swarm.DNSConfig
    Nameservers Search Options          []string
swarm.SecretReference
    File                                swarm.SecretReferenceFileTarget
    SecretID SecretName                 string
swarm.SecretReferenceFileTarget
    Name UID GID                        string
    Mode                                fs.FileMode
swarm.ConfigReference
    File                                swarm.ConfigReferenceFileTarget
    Runtime                             swarm.ConfigReferenceRuntimeTarget
    ConfigID ConfigName                 string
swarm.ConfigReferenceFileTarget
    Name UID GID                        string
    Mode                                fs.FileMode
swarm.ConfigReferenceRuntimeTarget
swarm.ResourceRequirements
    Limits                              swarm.Limit
    Reservations                        swarm.Resources
swarm.Limit
    NanoCPUs MemoryBytes Pids           int64
swarm.Resources
    NanoCPUs MemoryBytes                int64
    GenericResources                    []swarm.GenericResource
swarm.GenericResource
    NamedResourceSpec                   swarm.NamedGenericResource
    DiscreteResourceSpec                swarm.DiscreteGenericResource
swarm.NamedGenericResource
    Kind Value                          string
swarm.DiscreteGenericResource
    Kind                                string
    Value                               int64
swarm.RestartPolicy
    Condition                           swarm.RestartPolicyCondition
    Delay Window                        time.Duration
    MaxAttempts                         uint64
swarm.Placement
    Constraints                         []string
    Preferences                         []swarm.PlacementPreference
    MaxReplicas                         uint64
    Platforms                           []swarm.Platform
swarm.PlacementPreference
    Spread                              swarm.SpreadOver
swarm.SpreadOver
    SpreadDescriptor                    string
swarm.Platform
    Architecture OS                     string
swarm.Driver
    Name                                string
    Options                             map[string]string
swarm.NetworkAttachmentConfig
    Target                              string
    Aliases                             []string
    DriverOpts                          map[string]string
swarm.NetworkAttachmentSpec
    ContainerID                         string
swarm.ServiceMode
    Replicated                          swarm.ReplicatedService
    Global                              swarm.GlobalService
    ReplicatedJob                       swarm.ReplicatedJob
    GlobalJob                           swarm.GlobalJob
swarm.ReplicatedService
    Replicas                            uint64
swarm.GlobalService
swarm.ReplicatedJob
    MaxConcurrent TotalCompletions      uint64
swarm.GlobalJob
swarm.UpdateConfig
    Parallelism                         uint64
    Delay Monitor                       time.Duration
    FailureAction Order                 string
    MaxFailureRatio                     float32
swarm.EndpointSpec
    Mode                                swarm.ResolutionMode
    Ports                               []swarm.PortConfig
swarm.PortConfig
    Name                                string
    Protocol                            swarm.PortConfigProtocol
    TargetPort PublishedPort            uint32
    PublishMode                         swarm.PortConfigPublishMode
runtime.PluginSpec
    name remote                         string
    privileges                          []*runtime.PluginPrivilege
    disabled                            bool
    env                                 []string
runtime.PluginPrivilege
    name description                    string
    value                               []string
swarm.NodeSpec
    Name                                string
    Labels                              map[string]string
    Role                                swarm.NodeRole
    Availability                        swarm.NodeAvailability
swarm.Spec
    Name                                string
    Labels                              map[string]string
    Orchestration                       swarm.OrchestrationConfig
    Raft                                swarm.RaftConfig
    Dispatcher                          swarm.DispatcherConfig
    CAConfig                            swarm.CAConfig
    TaskDefaults                        swarm.TaskDefaults
    EncryptionConfig                    swarm.EncryptionConfig
swarm.OrchestrationConfig
    TaskHistoryRetentionLimit           int64
swarm.RaftConfig
    SnapshotInterval KeepOldSnapshots LogEntriesForSlowFollowers  uint64
    ElectionTick HeartbeatTick          int
swarm.DispatcherConfig
    HeartbeatPeriod                     time.Duration
swarm.CAConfig
    NodeCertExpiry                      time.Duration
    ExternalCAs                         []*swarm.ExternalCA
    SigningCACert SigningCAKey          string
    ForceRotate                         uint64
swarm.ExternalCA
    Protocol                            swarm.ExternalCAProtocol
    URL CACert                          string
    Options                             map[string]string
swarm.TaskDefaults
    LogDriver                           swarm.Driver
swarm.EncryptionConfig
    AutoLockManagers                    bool
swarm.InitRequest
    ListenAddr AdvertiseAddr DataPathAddr  string
    DataPathPort SubnetSize             uint32
    ForceNewCluster AutoLockManagers    bool
    Spec                                swarm.Spec
    Availability                        swarm.NodeAvailability
    DefaultAddrPool                     []string
swarm.JoinRequest
    ListenAddr AdvertiseAddr DataPathAddr JoinToken  string
    RemoteAddrs                         []string
    Availability                        swarm.NodeAvailability
swarm.UnlockRequest
    UnlockKey                           string
swarm.SecretSpec
    Name                                string
    Labels                              map[string]string
    Data                                []uint8
    Driver Templating                   swarm.Driver
swarm.ConfigSpec
    Name                                string
    Labels                              map[string]string
    Data                                []uint8
    Templating                          swarm.Driver
volume.CreateOptions
    ClusterVolumeSpec                   volume.ClusterVolumeSpec
    Name Driver                         string
    DriverOpts Labels                   map[string]string
volume.ClusterVolumeSpec
    Group                               string
    AccessMode                          volume.AccessMode
    AccessibilityRequirements           volume.TopologyRequirement
    CapacityRange                       volume.CapacityRange
    Secrets                             []volume.Secret
    Availability                        volume.Availability
volume.AccessMode
    Scope                               volume.Scope
    Sharing                             volume.SharingMode
    MountVolume                         volume.TypeMount
    BlockVolume                         volume.TypeBlock
volume.TypeMount
    FsType                              string
    MountFlags                          []string
volume.TypeBlock
volume.TopologyRequirement
    Requisite Preferred                 []volume.Topology
volume.Topology
    Segments                            map[string]string
volume.CapacityRange
    RequiredBytes LimitBytes            int64
volume.Secret
    Key Secret                          string
volume.UpdateOptions
    Spec                                volume.ClusterVolumeSpec
network.CreateRequest
    Name Driver Scope                   string
    EnableIPv4 EnableIPv6 Internal Attachable Ingress ConfigOnly CheckDuplicate  bool
    IPAM                                network.IPAM
    ConfigFrom                          network.ConfigReference
    Options Labels                      map[string]string
network.IPAM
    Driver                              string
    Options                             map[string]string
    Config                              []network.IPAMConfig
network.IPAMConfig
    Subnet IPRange Gateway              string
    AuxiliaryAddresses                  map[string]string
network.ConfigReference
    Network                             string
network.ConnectOptions
    Container                           string
    EndpointConfig                      network.EndpointSettings
network.DisconnectOptions
    Container                           string
    Force                               bool
network.EndpointSettings
    IPAMConfig                          network.EndpointIPAMConfig
    Links Aliases DNSNames              []string
    MacAddress NetworkID EndpointID Gateway IPAddress IPv6Gateway GlobalIPv6Address  string
    DriverOpts                          map[string]string
    GwPriority IPPrefixLen GlobalIPv6PrefixLen  int
network.EndpointIPAMConfig
    IPv4Address IPv6Address             string
    LinkLocalIPs                        []string
network.NetworkingConfig
    EndpointsConfig                     map[string]*network.EndpointSettings
container.CreateRequest
    Hostname Domainname User Image WorkingDir MacAddress StopSignal  string
    AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce ArgsEscaped NetworkDisabled  bool
    ExposedPorts                        nat.PortSet
    Env OnBuild                         []string
    Cmd Entrypoint Shell                strslice.StrSlice
    Healthcheck                         v1.HealthcheckConfig
    Volumes                             map[string]struct{}
    Labels                              map[string]string
    StopTimeout                         int
    HostConfig                          container.HostConfig
    NetworkingConfig                    network.NetworkingConfig
v1.HealthcheckConfig
    Test                                []string
    Interval Timeout StartPeriod StartInterval  time.Duration
    Retries                             int
container.HostConfig
    Binds VolumesFrom Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt  []string
    ContainerIDFile VolumeDriver CgroupParent CpusetCpus CpusetMems Runtime  string
    LogConfig                           container.LogConfig
    NetworkMode                         container.NetworkMode
    PortBindings                        nat.PortMap
    RestartPolicy                       container.RestartPolicy
    AutoRemove Privileged PublishAllPorts ReadonlyRootfs OomKillDisable Init  bool
    ConsoleSize                         [2]uint
    Annotations StorageOpt Tmpfs Sysctls  map[string]string
    CapAdd CapDrop                      strslice.StrSlice
    CgroupnsMode                        container.CgroupnsMode
    IpcMode                             container.IpcMode
    Cgroup                              container.CgroupSpec
    PidMode                             container.PidMode
    UTSMode                             container.UTSMode
    UsernsMode                          container.UsernsMode
    Isolation                           container.Isolation
    OomScoreAdj                         int
    ShmSize CpuShares Memory NanoCpus CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime KernelMemory  int64
    KernelMemoryTCP MemoryReservation MemorySwap MemorySwappiness PidsLimit CpuCount CpuPercent  int64
    IOMaximumIOps IOMaximumBandwidth    uint64
    BlkioWeight                         uint16
    BlkioWeightDevice                   []*blkiodev.WeightDevice
    BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps  []*blkiodev.ThrottleDevice
    Devices                             []container.DeviceMapping
    DeviceCgroupRules MaskedPaths ReadonlyPaths  []string
    DeviceRequests                      []container.DeviceRequest
    Ulimits                             []*units.Ulimit
    Mounts                              []mount.Mount
container.LogConfig
    Type                                string
    Config                              map[string]string
container.RestartPolicy
    Name                                container.RestartPolicyMode
    MaximumRetryCount                   int
container.DeviceMapping
    PathOnHost PathInContainer CgroupPermissions  string
container.DeviceRequest
    Driver                              string
    Count                               int
    DeviceIDs                           []string
    Capabilities                        [][]string
    Options                             map[string]string
container.UpdateConfig
    CgroupParent CpusetCpus CpusetMems  string
    CpuShares Memory NanoCpus CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime KernelMemory  int64
    KernelMemoryTCP MemoryReservation MemorySwap MemorySwappiness PidsLimit CpuCount CpuPercent  int64
    IOMaximumIOps IOMaximumBandwidth    uint64
    BlkioWeight                         uint16
    BlkioWeightDevice                   []*blkiodev.WeightDevice
    BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps  []*blkiodev.ThrottleDevice
    Devices                             []container.DeviceMapping
    DeviceCgroupRules                   []string
    DeviceRequests                      []container.DeviceRequest
    OomKillDisable                      bool
    Ulimits                             []*units.Ulimit
    RestartPolicy                       container.RestartPolicy
container.ExecOptions
    User DetachKeys WorkingDir          string
    Privileged Tty AttachStdin AttachStderr AttachStdout Detach  bool
    ConsoleSize                         [2]uint
    Env Cmd                             []string
container.ExecStartOptions
    Detach Tty                          bool
    ConsoleSize                         [2]uint
blkiodev.WeightDevice
    Path                                string
    Weight                              uint16
blkiodev.ThrottleDevice
    Path                                string
    Rate                                uint64
nat.PortBinding
    HostIp HostPort                     string
units.Ulimit
    Name                                string
    Hard Soft                           int64
mount.Mount
    Type                                mount.Type
    Source Target                       string
    ReadOnly                            bool
    Consistency                         mount.Consistency
    BindOptions                         mount.BindOptions
    VolumeOptions                       mount.VolumeOptions
    ImageOptions                        mount.ImageOptions
    TmpfsOptions                        mount.TmpfsOptions
    ClusterOptions                      mount.ClusterOptions
mount.BindOptions
    Propagation                         mount.Propagation
    NonRecursive CreateMountpoint ReadOnlyNonRecursive ReadOnlyForceRecursive  bool
mount.VolumeOptions
    NoCopy                              bool
    Labels                              map[string]string
    Subpath                             string
    DriverConfig                        mount.Driver
mount.Driver
    Name                                string
    Options                             map[string]string
mount.ImageOptions
    Subpath                             string
mount.TmpfsOptions
    SizeBytes                           int64
    Mode                                fs.FileMode
    Options                             [][]string
mount.ClusterOptions

time.Duration = int64
fs.FileMode = uint32
nat.PortSet = map[string]struct{}
nat.PortMap = map[string][]nat.PortBinding
swarm.NodeRole swarm.NodeAvailability swarm.RuntimeType swarm.RestartPolicyCondition swarm.ResolutionMode = string
swarm.PortConfigProtocol swarm.PortConfigPublishMode swarm.SeccompMode swarm.AppArmorMode = string
swarm.ExternalCAProtocol mount.Type mount.Consistency mount.Propagation container.Isolation = string
volume.Scope volume.SharingMode volume.Availability = string
container.NetworkMode container.CgroupnsMode container.IpcMode container.CgroupSpec container.PidMode = string
container.UTSMode container.UsernsMode container.RestartPolicyMode = string
"""

NAMELESS = "container.CreateRequest"
"""A struct that stands in no message by its name: dockerd declares it where it reads it."""


@dataclass(frozen=True, slots=True)
class _Types:
    structs: Mapping[str, Mapping[str, str]]
    named: Mapping[str, str]


@cache
def _types() -> _Types:
    structs: dict[str, dict[str, str]] = {}
    named: dict[str, str] = {}
    struct = ""
    for line in filter(None, _TABLE.splitlines()):
        if " = " in line:
            names, _, type_ = line.partition(" = ")
            named.update(dict.fromkeys(names.split(), type_))
        elif line.startswith(" "):
            *fields, type_ = line.split()
            structs[struct].update(dict.fromkeys(fields, type_))
        else:
            struct = line
            structs[struct] = {}
    return _Types(structs, named)


def struct_names() -> Iterable[str]:
    """The names of all structs."""
    return _types().structs


def is_struct(type_: str) -> bool:
    """Whether a type is an object with keys of its own."""
    return type_ in _types().structs


def underlying(type_: str) -> str:
    """What a named type is."""
    return _types().named.get(type_, type_)


@cache
def fields_by_lower_key(struct: str) -> Mapping[str, tuple[str, str]]:
    """The keys of a struct and their types, by the key in lower case: Go does not mind the case."""
    return {key.lower(): (key, type_) for key, type_ in _types().structs[struct].items()}
