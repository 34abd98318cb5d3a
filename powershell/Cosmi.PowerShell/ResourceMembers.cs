using System;
using System.Linq;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>The texts of views that Cosmi.Types.ps1xml adds to what can be made and changed.</summary>
    public static class ResourceMembers
    {
        /// <summary>What a command has changed, for views.</summary>
        public static object? ChangeText(PSObject instance)
        {
            switch (Members.Member(instance, "Change"))
            {
                case CosmiChange.New:
                    return "new";
                case CosmiChange.AlreadySo:
                    return "already so";
                case CosmiChange.Accepted:
                    return "accepted";
                default:
                    return null;
            }
        }

        /// <summary>How far an account is.</summary>
        public static object? ProvisioningState(PSObject instance) => Members.Member(Members.Member(instance, "properties"), "provisioningState");

        /// <summary>An account's endpoint for its view, or how far it is while it cannot be used.</summary>
        public static object? EndpointText(PSObject instance)
        {
            object? state = ProvisioningState(instance);
            return state is string text && text != "Succeeded" ? $"({text})" : Members.Endpoint(instance);
        }

        /// <summary>The names of a machine's user-assigned identities, for its view.</summary>
        public static object? UserAssignedText(PSObject instance) =>
            Members.Member(instance, "UserAssigned") is UserAssignedIdentity[] all && all.Length > 0
                ? string.Join(", ", all.Select(one => LastPart(one.IdentityResourceId)))
                : null;

        /// <summary>Where a role was given, for its view: on the account itself or in it, or the group or subscription above it.</summary>
        public static object? ScopeText(PSObject instance)
        {
            string? scope = Members.Member(instance, "Scope") as string;
            if (Members.Member(instance, "DataPlane") is true)
            {
                return new PowerShell.DataScope(Members.Member(instance, "Database") as string, Members.Member(instance, "Collection") as string).Text;
            }

            string[] parts = scope?.Split('/') ?? Array.Empty<string>();
            return parts.Length > 5 ? "account"
                : parts.Length == 5 ? "group " + parts[4]
                : parts.Length == 3 ? "subscription"
                : scope;
        }

        /// <summary>The id of the assignment of one of Cosmos DB's own roles, for its view.</summary>
        public static object? AssignmentText(PSObject instance) =>
            Members.Member(instance, "DataPlane") is true ? Members.Member(instance, "AssignmentId") : null;

        /// <summary>A throughput in words, for its view.</summary>
        public static object? ThroughputText(PSObject instance) =>
            Amount(Members.Member(instance, "Kind"), Members.Member(instance, "RequestUnits"));

        internal static string Amount(object? kind, object? requestUnits)
        {
            switch (kind)
            {
                case CosmiThroughputKind.Manual:
                    return $"{requestUnits} RU/s";
                case CosmiThroughputKind.Autoscale:
                    return $"{requestUnits} RU/s at most (autoscale)";
                default:
                    return "none of its own";
            }
        }

        private static string LastPart(string resourceId) => resourceId.Substring(resourceId.LastIndexOf('/') + 1);
    }
}
