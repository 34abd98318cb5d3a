using System;
using System.Collections.Generic;
using System.Management.Automation;
using Cosmi.Interop;
using Cosmi.PowerShell;

namespace Cosmi
{
    /// <summary>A role that an identity has on an account, or on data in it.</summary>
    public sealed class Access
    {
        /// <summary>A role of Azure Resource Manager.</summary>
        internal Access(string json, string? accountName, CosmiChange change)
            : this(json, accountName, change, dataPlane: false)
        {
        }

        private Access(string json, string? accountName, CosmiChange change, bool dataPlane)
        {
            PSObject? assignment = JsonReader.ReadObject(json);
            object? properties = Members.Member(assignment, "properties");
            AccountName = accountName;
            DataPlane = dataPlane;
            PrincipalId = Members.Member(properties, "principalId") as string;
            PrincipalType = Members.Member(properties, "principalType") as string;
            Scope = Members.Member(properties, "scope") as string;
            AssignmentId = Members.Member(assignment, "id") as string;
            Change = change;
            string? definition = Members.Member(properties, "roleDefinitionId") as string;
            RoleId = definition?.Substring(definition.LastIndexOf('/') + 1);
            Role = RoleId == null ? null : AzureRole.Find(RoleId, dataPlane)?.Name ?? RoleId;
        }

        /// <summary>The account.</summary>
        public string? AccountName { get; }

        /// <summary>The role's name, where it is known, else its id.</summary>
        public string? Role { get; private set; }

        /// <summary>Who has the role: an object id.</summary>
        public string? PrincipalId { get; private set; }

        /// <summary>The database that one of Cosmos DB's own roles is for; null: the whole account.</summary>
        public string? Database { get; private set; }

        /// <summary>The collection that one of Cosmos DB's own roles is for; null: the whole database or account.</summary>
        public string? Collection { get; private set; }

        /// <summary>Whether it is one of Cosmos DB's own roles, for data, and none of Azure Resource Manager.</summary>
        public bool DataPlane { get; }

        /// <summary>The role's id.</summary>
        public string? RoleId { get; private set; }

        /// <summary>What that is: ServicePrincipal for an identity, User, Group … Cosmos DB does not tell.</summary>
        public string? PrincipalType { get; }

        /// <summary>Where the role was given: on the account or in it, or above it.</summary>
        public string? Scope { get; }

        /// <summary>The role assignment's resource id in Azure.</summary>
        public string? AssignmentId { get; }

        /// <summary>What the command has changed.</summary>
        public CosmiChange Change { get; }

        /// <summary>One of Cosmos DB's own roles, as it was found; <paramref name="names"/> are those of roles by their ids.</summary>
        internal static Access Found(string json, string? accountName, IReadOnlyDictionary<string, string> names)
        {
            var access = new Access(json, accountName, CosmiChange.None, dataPlane: true);
            access.Place(DataScope.Parse(access.Scope));
            if (access.RoleId != null && names.TryGetValue(access.RoleId, out string? name))
            {
                access.Role = name;
            }

            return access;
        }

        /// <summary>One of Cosmos DB's own roles, as it was given. Of what is only accepted so far, the service tells nothing.</summary>
        internal static Access Given(CosmiResources given, string? accountName, DataScope scope, string principalId, string role)
        {
            var access = new Access(given.Json[0], accountName, given.Change, dataPlane: true);
            access.Place(scope);
            access.PrincipalId ??= principalId;
            AzureRole? known = AzureRole.Find(role, dataPlane: true);
            access.RoleId ??= known?.Id;
            if (known == null && !Guid.TryParse(role, out _) && !role.StartsWith("/", StringComparison.Ordinal))
            {
                // An id tells people nothing where they gave a name.
                access.Role = role;
            }

            access.Role ??= known?.Name ?? role;
            return access;
        }

        private void Place(DataScope scope)
        {
            Database = scope.Database;
            Collection = scope.Collection;
        }
    }
}
