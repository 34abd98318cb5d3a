using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>A role that an identity has on an account.</summary>
    public sealed class Access
    {
        internal Access(string json, string? accountName, CosmiChange change)
        {
            PSObject? assignment = PowerShell.JsonReader.ReadObject(json);
            object? properties = Members.Member(assignment, "properties");
            AccountName = accountName;
            PrincipalId = Members.Member(properties, "principalId") as string;
            PrincipalType = Members.Member(properties, "principalType") as string;
            Scope = Members.Member(properties, "scope") as string;
            AssignmentId = Members.Member(assignment, "id") as string;
            Change = change;
            string? definition = Members.Member(properties, "roleDefinitionId") as string;
            RoleId = definition?.Substring(definition.LastIndexOf('/') + 1);
            Role = RoleId == null ? null : PowerShell.AzureRole.Find(RoleId)?.Name ?? RoleId;
        }

        /// <summary>The account.</summary>
        public string? AccountName { get; }

        /// <summary>Who has the role: an object id.</summary>
        public string? PrincipalId { get; }

        /// <summary>What that is: ServicePrincipal for an identity, User, Group …</summary>
        public string? PrincipalType { get; }

        /// <summary>The role's name, where it is a usual one, else its id.</summary>
        public string? Role { get; }

        /// <summary>The role's id.</summary>
        public string? RoleId { get; }

        /// <summary>Where the role was given: on the account, or above it.</summary>
        public string? Scope { get; }

        /// <summary>The role assignment's resource id in Azure.</summary>
        public string? AssignmentId { get; }

        /// <summary>What the command has changed.</summary>
        public CosmiChange Change { get; }
    }
}
