using System.Collections.Generic;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>A machine's or app's managed identities.</summary>
    public sealed class Identity
    {
        internal Identity(CosmiResources source, string resourceId)
        {
            PSObject? resource = PowerShell.JsonReader.ReadObject(source.Json[0]);
            object? identity = Members.Member(resource, "identity");
            MachineResourceId = Members.Member(resource, "id") as string ?? resourceId;
            MachineName = MachineResourceId.Substring(MachineResourceId.LastIndexOf('/') + 1);
            Location = Members.Member(resource, "location") as string;
            Type = Members.Member(identity, "type") as string ?? "None";
            PrincipalId = Members.Member(identity, "principalId") as string;
            TenantId = Members.Member(identity, "tenantId") as string;
            Change = source.Change;
            var assigned = new List<UserAssignedIdentity>();
            if (Members.Member(identity, "userAssignedIdentities") is object all)
            {
                foreach (PSPropertyInfo one in PSObject.AsPSObject(all).Properties)
                {
                    assigned.Add(new UserAssignedIdentity(one.Name, one.Value));
                }
            }

            UserAssigned = assigned.ToArray();
        }

        /// <summary>The machine's name.</summary>
        public string MachineName { get; }

        /// <summary>Its resource id in Azure.</summary>
        public string MachineResourceId { get; }

        /// <summary>Its region.</summary>
        public string? Location { get; }

        /// <summary>Which identities it has: None, SystemAssigned, UserAssigned, or both.</summary>
        public string Type { get; }

        /// <summary>The object id of its own identity, which roles are given to; null where it has none.</summary>
        public string? PrincipalId { get; }

        /// <summary>The tenant of its own identity.</summary>
        public string? TenantId { get; }

        /// <summary>Its user-assigned identities.</summary>
        public UserAssignedIdentity[] UserAssigned { get; }

        /// <summary>What the command has changed.</summary>
        public CosmiChange Change { get; }
    }

    /// <summary>A user-assigned identity of a machine.</summary>
    public sealed class UserAssignedIdentity
    {
        internal UserAssignedIdentity(string resourceId, object? source)
        {
            IdentityResourceId = resourceId;
            PrincipalId = Members.Member(source, "principalId") as string;
            ClientId = Members.Member(source, "clientId") as string;
        }

        /// <summary>Its resource id in Azure.</summary>
        public string IdentityResourceId { get; }

        /// <summary>Its object id, which roles are given to.</summary>
        public string? PrincipalId { get; }

        /// <summary>Its client id, by which Connect-CosmiAccount chooses it.</summary>
        public string? ClientId { get; }
    }
}
