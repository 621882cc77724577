"""The Go types of requests and answers: nodes, services, tasks, secrets, configs and the swarm itself.

Owns a table in the notation of table.py. Source: moby api/types as docker/cli 28.2.2 is built with them.
"""

from __future__ import annotations

SWARM = """
swarm.Node
    ID                                  string
    + Meta                              swarm.Meta
    Spec?                               swarm.NodeSpec
    Description?                        swarm.NodeDescription
    Status?                             swarm.NodeStatus
    ManagerStatus?                      *swarm.ManagerStatus
swarm.Meta
    Version?                            swarm.Version
    CreatedAt? UpdatedAt?               time.Time
swarm.Version
    Index?                              uint64
swarm.NodeSpec
    + Annotations                       swarm.Annotations
    Role?                               swarm.NodeRole
    Availability?                       swarm.NodeAvailability
swarm.Annotations
    Name?                               string
    Labels                              map[string]string
swarm.NodeDescription
    Hostname?                           string
    Platform?                           swarm.Platform
    Resources?                          swarm.Resources
    Engine?                             swarm.EngineDescription
    TLSInfo?                            swarm.TLSInfo
    CSIInfo?                            []swarm.NodeCSIInfo
swarm.Platform
    Architecture? OS?                   string
swarm.Resources
    NanoCPUs? MemoryBytes?              int64
    GenericResources?                   []swarm.GenericResource
swarm.GenericResource
    NamedResourceSpec?                  *swarm.NamedGenericResource
    DiscreteResourceSpec?               *swarm.DiscreteGenericResource
swarm.NamedGenericResource
    Kind? Value?                        string
swarm.DiscreteGenericResource
    Kind?                               string
    Value?                              int64
swarm.EngineDescription
    EngineVersion?                      string
    Labels?                             map[string]string
    Plugins?                            []swarm.PluginDescription
swarm.PluginDescription
    Type? Name?                         string
swarm.TLSInfo
    TrustRoot?                          string
    CertIssuerSubject? CertIssuerPublicKey? []uint8
swarm.NodeCSIInfo
    PluginName? NodeID?                 string
    MaxVolumesPerNode?                  int64
    AccessibleTopology?                 *swarm.Topology
swarm.Topology
    Segments?                           map[string]string
swarm.NodeStatus
    State?                              swarm.NodeState
    Message? Addr?                      string
swarm.ManagerStatus
    Leader?                             bool
    Reachability?                       swarm.Reachability
    Addr?                               string
swarm.Service
    ID                                  string
    + Meta                              swarm.Meta
    Spec?                               swarm.ServiceSpec
    PreviousSpec?                       *swarm.ServiceSpec
    Endpoint?                           swarm.Endpoint
    UpdateStatus?                       *swarm.UpdateStatus
    ServiceStatus?                      *swarm.ServiceStatus
    JobStatus?                          *swarm.JobStatus
swarm.ServiceSpec
    + Annotations                       swarm.Annotations
    TaskTemplate?                       swarm.TaskSpec
    Mode?                               swarm.ServiceMode
    UpdateConfig? RollbackConfig?       *swarm.UpdateConfig
    Networks?                           []swarm.NetworkAttachmentConfig
    EndpointSpec?                       *swarm.EndpointSpec
swarm.TaskSpec
    ContainerSpec?                      *swarm.ContainerSpec
    PluginSpec?                         *runtime.PluginSpec
    NetworkAttachmentSpec?              *swarm.NetworkAttachmentSpec
    Resources?                          *swarm.ResourceRequirements
    RestartPolicy?                      *swarm.RestartPolicy
    Placement?                          *swarm.Placement
    Networks?                           []swarm.NetworkAttachmentConfig
    LogDriver?                          *swarm.Driver
    ForceUpdate                         uint64
    Runtime?                            swarm.RuntimeType
swarm.ContainerSpec
    Image?                              string
    Labels?                             map[string]string
    Command? Args?                      []string
    Hostname?                           string
    Env?                                []string
    Dir? User?                          string
    Groups?                             []string
    Privileges?                         *swarm.Privileges
    Init?                               *bool
    StopSignal?                         string
    TTY? OpenStdin? ReadOnly?           bool
    Mounts?                             []mount.Mount
    StopGracePeriod?                    *time.Duration
    Healthcheck?                        *v1.HealthcheckConfig
    Hosts?                              []string
    DNSConfig?                          *swarm.DNSConfig
    Secrets?                            []*swarm.SecretReference
    Configs?                            []*swarm.ConfigReference
    Isolation?                          container.Isolation
    Sysctls?                            map[string]string
    CapabilityAdd? CapabilityDrop?      []string
    Ulimits?                            []*units.Ulimit
    OomScoreAdj?                        int64
swarm.Privileges
    CredentialSpec                      *swarm.CredentialSpec
    SELinuxContext                      *swarm.SELinuxContext
    Seccomp?                            *swarm.SeccompOpts
    AppArmor?                           *swarm.AppArmorOpts
    NoNewPrivileges                     bool
swarm.CredentialSpec
    Config File Registry                string
swarm.SELinuxContext
    Disable                             bool
    User Role Type Level                string
swarm.SeccompOpts
    Mode?                               swarm.SeccompMode
    Profile?                            []uint8
swarm.AppArmorOpts
    Mode?                               swarm.AppArmorMode
swarm.DNSConfig
    Nameservers? Search? Options?       []string
swarm.SecretReference
    File                                *swarm.SecretReferenceFileTarget
    SecretID SecretName                 string
swarm.SecretReferenceFileTarget
    Name UID GID                        string
    Mode                                fs.FileMode
swarm.ConfigReference
    File?                               *swarm.ConfigReferenceFileTarget
    Runtime?                            *swarm.ConfigReferenceRuntimeTarget
    ConfigID ConfigName                 string
swarm.ConfigReferenceFileTarget
    Name UID GID                        string
    Mode                                fs.FileMode
swarm.ConfigReferenceRuntimeTarget
runtime.PluginSpec
    Name:name? Remote:remote?           string
    Privileges:privileges?              []*runtime.PluginPrivilege
    Disabled:disabled?                  bool
    Env:env?                            []string
runtime.PluginPrivilege
    Name:name? Description:description? string
    Value:value?                        []string
swarm.NetworkAttachmentSpec
    ContainerID                         string
swarm.ResourceRequirements
    Limits?                             *swarm.Limit
    Reservations?                       *swarm.Resources
swarm.Limit
    NanoCPUs? MemoryBytes? Pids?        int64
swarm.RestartPolicy
    Condition?                          swarm.RestartPolicyCondition
    Delay?                              *time.Duration
    MaxAttempts?                        *uint64
    Window?                             *time.Duration
swarm.Placement
    Constraints?                        []string
    Preferences?                        []swarm.PlacementPreference
    MaxReplicas?                        uint64
    Platforms?                          []swarm.Platform
swarm.PlacementPreference
    Spread                              *swarm.SpreadOver
swarm.SpreadOver
    SpreadDescriptor                    string
swarm.NetworkAttachmentConfig
    Target?                             string
    Aliases?                            []string
    DriverOpts?                         map[string]string
swarm.Driver
    Name?                               string
    Options?                            map[string]string
swarm.ServiceMode
    Replicated?                         *swarm.ReplicatedService
    Global?                             *swarm.GlobalService
    ReplicatedJob?                      *swarm.ReplicatedJob
    GlobalJob?                          *swarm.GlobalJob
swarm.ReplicatedService
    Replicas?                           *uint64
swarm.GlobalService
swarm.ReplicatedJob
    MaxConcurrent? TotalCompletions?    *uint64
swarm.GlobalJob
swarm.UpdateConfig
    Parallelism                         uint64
    Delay?                              time.Duration
    FailureAction?                      string
    Monitor?                            time.Duration
    MaxFailureRatio                     float32
    Order                               string
swarm.EndpointSpec
    Mode?                               swarm.ResolutionMode
    Ports?                              []swarm.PortConfig
swarm.PortConfig
    Name?                               string
    Protocol?                           swarm.PortConfigProtocol
    TargetPort? PublishedPort?          uint32
    PublishMode?                        swarm.PortConfigPublishMode
swarm.Endpoint
    Spec?                               swarm.EndpointSpec
    Ports?                              []swarm.PortConfig
    VirtualIPs?                         []swarm.EndpointVirtualIP
swarm.EndpointVirtualIP
    NetworkID? Addr?                    string
swarm.UpdateStatus
    State?                              swarm.UpdateState
    StartedAt? CompletedAt?             *time.Time
    Message?                            string
swarm.ServiceStatus
    RunningTasks DesiredTasks CompletedTasks uint64
swarm.JobStatus
    JobIteration                        swarm.Version
    LastExecution?                      time.Time
swarm.Task
    ID                                  string
    + Meta                              swarm.Meta
    + Annotations                       swarm.Annotations
    Spec?                               swarm.TaskSpec
    ServiceID?                          string
    Slot?                               int
    NodeID?                             string
    Status?                             swarm.TaskStatus
    DesiredState?                       swarm.TaskState
    NetworksAttachments?                []swarm.NetworkAttachment
    GenericResources?                   []swarm.GenericResource
    JobIteration?                       *swarm.Version
    Volumes                             []swarm.VolumeAttachment
swarm.TaskStatus
    Timestamp?                          time.Time
    State?                              swarm.TaskState
    Message? Err?                       string
    ContainerStatus?                    *swarm.ContainerStatus
    PortStatus?                         swarm.PortStatus
swarm.ContainerStatus
    ContainerID                         string
    PID ExitCode                        int
swarm.PortStatus
    Ports?                              []swarm.PortConfig
swarm.NetworkAttachment
    Network?                            swarm.Network
    Addresses?                          []string
swarm.Network
    ID                                  string
    + Meta                              swarm.Meta
    Spec?                               swarm.NetworkSpec
    DriverState?                        swarm.Driver
    IPAMOptions?                        *swarm.IPAMOptions
swarm.NetworkSpec
    + Annotations                       swarm.Annotations
    DriverConfiguration?                *swarm.Driver
    IPv6Enabled? Internal? Attachable? Ingress? bool
    IPAMOptions?                        *swarm.IPAMOptions
    ConfigFrom?                         *network.ConfigReference
    Scope?                              string
swarm.IPAMOptions
    Driver?                             swarm.Driver
    Configs?                            []swarm.IPAMConfig
swarm.IPAMConfig
    Subnet? Range? Gateway?             string
swarm.VolumeAttachment
    ID? Source? Target?                 string
swarm.Secret
    ID                                  string
    + Meta                              swarm.Meta
    Spec                                swarm.SecretSpec
swarm.SecretSpec
    + Annotations                       swarm.Annotations
    Data?                               []uint8
    Driver? Templating?                 *swarm.Driver
swarm.Config
    ID                                  string
    + Meta                              swarm.Meta
    Spec                                swarm.ConfigSpec
swarm.ConfigSpec
    + Annotations                       swarm.Annotations
    Data?                               []uint8
    Templating?                         *swarm.Driver
swarm.Spec
    + Annotations                       swarm.Annotations
    Orchestration?                      swarm.OrchestrationConfig
    Raft?                               swarm.RaftConfig
    Dispatcher?                         swarm.DispatcherConfig
    CAConfig?                           swarm.CAConfig
    TaskDefaults?                       swarm.TaskDefaults
    EncryptionConfig?                   swarm.EncryptionConfig
swarm.OrchestrationConfig
    TaskHistoryRetentionLimit?          *int64
swarm.RaftConfig
    SnapshotInterval?                   uint64
    KeepOldSnapshots?                   *uint64
    LogEntriesForSlowFollowers?         uint64
    ElectionTick HeartbeatTick          int
swarm.DispatcherConfig
    HeartbeatPeriod?                    time.Duration
swarm.CAConfig
    NodeCertExpiry?                     time.Duration
    ExternalCAs?                        []*swarm.ExternalCA
    SigningCACert? SigningCAKey?        string
    ForceRotate?                        uint64
swarm.ExternalCA
    Protocol                            swarm.ExternalCAProtocol
    URL                                 string
    Options?                            map[string]string
    CACert                              string
swarm.TaskDefaults
    LogDriver?                          *swarm.Driver
swarm.EncryptionConfig
    AutoLockManagers                    bool
"""
