using System;
using System.Collections.Generic;

namespace Cosmi.PowerShell
{
    /// <summary>The built-in roles around accounts, for people: the library looks up any other.</summary>
    internal sealed class AzureRole
    {
        private AzureRole(string name, string id, string allows)
        {
            Name = name;
            Id = id;
            Allows = allows;
        }

        // Those of the tutorial first.
        private static IReadOnlyList<AzureRole> ResourceManager { get; } = new[]
        {
            new AzureRole("DocumentDB Account Contributor", "5bd9cd88-fe45-4216-938b-f97437e15450", "all keys, and changing the account"),
            new AzureRole("Cosmos DB Account Reader Role", "fbdf93bf-df7d-467e-a4d2-9458aa1360c8", "read-only keys"),
            new AzureRole("Cosmos DB Operator", "230815da-be43-4aae-9cb4-875f7bd000aa", "changing the account, no keys"),
            new AzureRole("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "looking at everything, read-only keys"),
            new AzureRole("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", "changing everything, but no roles"),
        };

        private static IReadOnlyList<AzureRole> Data { get; } = new[]
        {
            new AzureRole("Cosmos DB Built-in Data Reader", "00000000-0000-0000-0000-000000000001", "reading and querying documents"),
            new AzureRole("Cosmos DB Built-in Data Contributor", "00000000-0000-0000-0000-000000000002", "everything with documents"),
        };

        internal string Name { get; }

        internal string Id { get; }

        internal string Allows { get; }

        /// <summary>The roles of Azure Resource Manager, or Cosmos DB's own.</summary>
        internal static IReadOnlyList<AzureRole> All(bool dataPlane) => dataPlane ? Data : ResourceManager;

        /// <summary>The id of a role of Azure Resource Manager as it is sent; three dots where it is found out by asking.</summary>
        internal static string IdOf(string nameOrId)
        {
            string role = Short(nameOrId);
            return Find(role, dataPlane: false)?.Id ?? (Guid.TryParseExact(role, "D", out _) ? role.ToLowerInvariant() : "...");
        }

        /// <summary>The role of this name or id, where it is one of these.</summary>
        internal static AzureRole? Find(string nameOrId, bool dataPlane)
        {
            nameOrId = dataPlane ? nameOrId : Short(nameOrId);
            foreach (AzureRole role in All(dataPlane))
            {
                if (string.Equals(role.Name, nameOrId, StringComparison.OrdinalIgnoreCase) || string.Equals(role.Id, nameOrId, StringComparison.OrdinalIgnoreCase))
                {
                    return role;
                }
            }

            return null;
        }

        /// <summary>A role's id as other tools tell it ends with the one that is the same everywhere.</summary>
        private static string Short(string role)
        {
            int end = role.LastIndexOf('/');
            const string InFull = "/providers/Microsoft.Authorization/roleDefinitions";
            return end >= 0 && role.Substring(0, end).EndsWith(InFull, StringComparison.OrdinalIgnoreCase) ? role.Substring(end + 1) : role;
        }
    }
}
