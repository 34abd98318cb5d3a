using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells who has which role on an account, or on data in it.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiAccess", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(Access))]
    public sealed class GetCosmiAccessCommand : CosmiAccessCmdlet
    {
        /// <summary>Only the roles of this identity, by its object id.</summary>
        [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("ObjectId")]
        [AllowNull]
        [AllowEmptyString]
        [AfterResourceId]
        public string? PrincipalId { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null
                || !IsPrincipal(PrincipalId, allowsNone: !MyInvocation.BoundParameters.ContainsKey(nameof(PrincipalId)))
                || !(Scope() is DataScope scope))
            {
                return;
            }

            string? principal = PrincipalId;
            CosmiClient client = Connection.Native;
            if (DataPlane)
            {
                Enqueue(
                    principal ?? Target(account),
                    (options, stop) => FindDataAsync(client, account, scope, principal, options, stop),
                    found => Write(found, account, scope));
            }
            else
            {
                Enqueue(
                    principal ?? Target(account),
                    async (options, stop) =>
                    {
                        CosmiResources found = await client.ListAccessAsync(account, principal, options, stop).ConfigureAwait(false);
                        return found.Json.Select(json => new Access(json, account.Name, found.Change));
                    },
                    found => Write(found, account, scope));
            }
        }

        private void Write(IEnumerable<Access> found, CosmiAccountReference account, DataScope scope)
        {
            Remember(account.Name, scope.Database, scope.Collection);
            foreach (Access access in found)
            {
                WriteObject(access);
            }
        }

        private static async Task<IEnumerable<Access>> FindDataAsync(
            CosmiClient client,
            CosmiAccountReference account,
            DataScope scope,
            string? principal,
            CosmiCallOptions options,
            CancellationToken stop)
        {
            var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            CosmiResources found = await client.ListDataAccessAsync(account, scope.Database, scope.Collection, principal, options, stop).ConfigureAwait(false);
            Access[] Read() => found.Json.Select(json => Access.Found(json, account.Name, names)).ToArray();
            Access[] all = Read();
            // Only the account knows the names of the roles that were made for it.
            if (all.All(access => access.Role != access.RoleId))
            {
                return all;
            }

            try
            {
                CosmiResources roles = await client.ListDataRolesAsync(account, options, stop).ConfigureAwait(false);
                foreach (string json in roles.Json)
                {
                    PSObject? role = JsonReader.ReadObject(json);
                    if (Members.Member(role, "name") is string id && Members.Member(Members.Member(role, "properties"), "roleName") is string name)
                    {
                        names[id] = name;
                    }
                }
            }
            catch (CosmiException failure) when (failure.Status == CosmiStatus.Forbidden)
            {
                // Who may see the assignments need not see the roles: their ids have to do.
            }

            return Read();
        }
    }
}
