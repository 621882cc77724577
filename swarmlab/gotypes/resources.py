"""The Go types of requests and answers: networks, volumes and images.

Owns a table in the notation of table.py. Source: moby api/types as docker/cli 28.2.2 is built with them.
"""

from __future__ import annotations

RESOURCES = """
network.ConfigReference
    Network                             string
network.Inspect
    Name ID:Id                          string
    Created                             time.Time
    Scope Driver                        string
    EnableIPv4 EnableIPv6               bool
    IPAM                                network.IPAM
    Internal Attachable Ingress         bool
    ConfigFrom                          network.ConfigReference
    ConfigOnly                          bool
    Containers                          map[string]network.EndpointResource
    Options Labels                      map[string]string
    Peers?                              []network.PeerInfo
    Services?                           map[string]network.ServiceInfo
network.IPAM
    Driver                              string
    Options                             map[string]string
    Config                              []network.IPAMConfig
network.IPAMConfig
    Subnet? IPRange? Gateway?           string
    AuxAddress:AuxiliaryAddresses?      map[string]string
network.EndpointResource
    Name EndpointID MacAddress IPv4Address IPv6Address string
network.PeerInfo
    Name IP                             string
network.ServiceInfo
    VIP                                 string
    Ports                               []string
    LocalLBIndex                        int
    Tasks                               []network.Task
network.Task
    Name EndpointID EndpointIP          string
    Info                                map[string]string
volume.Volume
    ClusterVolume?                      *volume.ClusterVolume
    CreatedAt? Driver                   string
    Labels                              map[string]string
    Mountpoint Name                     string
    Options                             map[string]string
    Scope                               string
    Status?                             map[string]any
    UsageData?                          *volume.UsageData
volume.ClusterVolume
    ID                                  string
    + Meta                              swarm.Meta
    Spec                                volume.ClusterVolumeSpec
    PublishStatus?                      []*volume.PublishStatus
    Info?                               *volume.Info
volume.ClusterVolumeSpec
    Group?                              string
    AccessMode?                         *volume.AccessMode
    AccessibilityRequirements?          *volume.TopologyRequirement
    CapacityRange?                      *volume.CapacityRange
    Secrets?                            []volume.Secret
    Availability?                       volume.Availability
volume.AccessMode
    Scope?                              volume.Scope
    Sharing?                            volume.SharingMode
    MountVolume?                        *volume.TypeMount
    BlockVolume?                        *volume.TypeBlock
volume.TypeMount
    FsType?                             string
    MountFlags?                         []string
volume.TypeBlock
volume.TopologyRequirement
    Requisite? Preferred?               []volume.Topology
volume.Topology
    Segments?                           map[string]string
volume.CapacityRange
    RequiredBytes LimitBytes            int64
volume.Secret
    Key Secret                          string
volume.PublishStatus
    NodeID?                             string
    State?                              volume.PublishState
    PublishContext?                     map[string]string
volume.Info
    CapacityBytes?                      int64
    VolumeContext?                      map[string]string
    VolumeID?                           string
    AccessibleTopology?                 []volume.Topology
volume.UsageData
    RefCount Size                       int64
image.InspectResponse
    ID:Id                               string
    RepoTags RepoDigests                []string
    Parent Comment Created? Container?  string
    ContainerConfig?                    *container.Config
    DockerVersion Author                string
    Config                              *v1.DockerOCIImageConfig
    Architecture Variant? Os OsVersion? string
    Size VirtualSize?                   int64
    GraphDriver                         storage.DriverData
    RootFS                              image.RootFS
    Metadata                            image.Metadata
    Descriptor?                         *v1.Descriptor
    Manifests?                          []image.ManifestSummary
v1.DockerOCIImageConfig
    + ImageConfig                       v1.ImageConfig
    + DockerOCIImageConfigExt           v1.DockerOCIImageConfigExt
v1.ImageConfig
    User?                               string
    ExposedPorts?                       map[string]struct{}
    Env? Entrypoint? Cmd?               []string
    Volumes?                            map[string]struct{}
    WorkingDir?                         string
    Labels?                             map[string]string
    StopSignal?                         string
    ArgsEscaped?                        bool
v1.DockerOCIImageConfigExt
    Healthcheck?                        *v1.HealthcheckConfig
    OnBuild? Shell?                     []string
image.RootFS
    Type?                               string
    Layers?                             []string
image.Metadata
    LastTagTime?                        time.Time
v1.Descriptor
    MediaType:mediaType                 string
    Digest:digest                       digest.Digest
    Size:size                           int64
    URLs:urls?                          []string
    Annotations:annotations?            map[string]string
    Data:data?                          []uint8
    Platform:platform?                  *v1.Platform
    ArtifactType:artifactType?          string
v1.Platform
    Architecture:architecture OS:os OSVersion:os.version? string
    OSFeatures:os.features?             []string
    Variant:variant?                    string
image.ManifestSummary
    ID                                  string
    Descriptor                          v1.Descriptor
    Available                           bool
    Size                                image.ManifestSummary.Size
    Kind                                image.ManifestKind
    ImageData?                          *image.ImageProperties
    AttestationData?                    *image.AttestationProperties
image.ManifestSummary.Size  struct { Content int64 "json:\\"Content\\""; Total int64 "json:\\"Total\\"" }
    Content Total                       int64
image.ImageProperties
    Platform                            v1.Platform
    Size                                image.ImageProperties.Size
    Containers                          []string
image.ImageProperties.Size  struct { Unpacked int64 "json:\\"Unpacked\\"" }
    Unpacked                            int64
image.AttestationProperties
    For                                 digest.Digest
network.Address
    Addr                                string
    PrefixLen                           int
network.EndpointSettings
    IPAMConfig                          *network.EndpointIPAMConfig
    Links Aliases                       []string
    MacAddress                          string
    DriverOpts                          map[string]string
    GwPriority                          int
    NetworkID EndpointID Gateway IPAddress string
    IPPrefixLen                         int
    IPv6Gateway GlobalIPv6Address       string
    GlobalIPv6PrefixLen                 int
    DNSNames                            []string
network.EndpointIPAMConfig
    IPv4Address? IPv6Address?           string
    LinkLocalIPs?                       []string
"""
