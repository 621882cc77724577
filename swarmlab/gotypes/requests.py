"""The Go types of what clients send, where these are not the types of answers.

Owns a table in the notation of table.py. Source: moby api/types (28.5); compared with the refusals of an engine 28.5.2.
"""

from __future__ import annotations

NAMELESS = "container.CreateRequest"
"""A struct that stands in no message by its name: dockerd declares it where it reads it."""

REQUESTS = """
swarm.InitRequest
    ListenAddr AdvertiseAddr DataPathAddr string
    DataPathPort                        uint32
    ForceNewCluster                     bool
    Spec                                swarm.Spec
    AutoLockManagers                    bool
    Availability                        swarm.NodeAvailability
    DefaultAddrPool                     []string
    SubnetSize                          uint32
swarm.JoinRequest
    ListenAddr AdvertiseAddr DataPathAddr string
    RemoteAddrs                         []string
    JoinToken                           string
    Availability                        swarm.NodeAvailability
swarm.UnlockRequest
    UnlockKey                           string
volume.CreateOptions
    ClusterVolumeSpec?                  *volume.ClusterVolumeSpec
    Driver?                             string
    DriverOpts? Labels?                 map[string]string
    Name?                               string
volume.UpdateOptions
    Spec?                               *volume.ClusterVolumeSpec
network.CreateRequest
    Name Driver Scope                   string
    EnableIPv4? EnableIPv6?             *bool
    IPAM                                *network.IPAM
    Internal Attachable Ingress ConfigOnly bool
    ConfigFrom                          *network.ConfigReference
    Options Labels                      map[string]string
    CheckDuplicate?                     *bool
network.ConnectOptions
    Container                           string
    EndpointConfig?                     *network.EndpointSettings
network.DisconnectOptions
    Container                           string
    Force                               bool
network.NetworkingConfig
    EndpointsConfig                     map[string]*network.EndpointSettings
container.CreateRequest
    + Config                            *container.Config
    HostConfig?                         *container.HostConfig
    NetworkingConfig?                   *network.NetworkingConfig
container.UpdateConfig
    + Resources                         container.Resources
    RestartPolicy                       container.RestartPolicy
container.ExecOptions
    User                                string
    Privileged Tty                      bool
    ConsoleSize?                        *[2]uint
    AttachStdin AttachStderr AttachStdout Detach bool
    DetachKeys                          string
    Env                                 []string
    WorkingDir                          string
    Cmd                                 []string
container.ExecStartOptions
    Detach Tty                          bool
    ConsoleSize?                        *[2]uint
"""
