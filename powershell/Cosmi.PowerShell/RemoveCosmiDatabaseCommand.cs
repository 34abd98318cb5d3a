using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Deletes databases with all that is in them.</summary>
    [Cmdlet(VerbsCommon.Remove, "CosmiDatabase", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
    [OutputType(typeof(void))]
    public sealed class RemoveCosmiDatabaseCommand : CosmiResourceCmdlet
    {
        /// <summary>The databases' names.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Database")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [Names("database")]
        public string[] Name { get; set; } = System.Array.Empty<string>();

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            foreach (string given in Name)
            {
                string? name = Needed(given, "database");
                Task<CosmiResources> Delete(CosmiCallOptions options, CancellationToken stop) =>
                    Connection.Native.DeleteDatabaseAsync(account, name!, !NoWait, options, stop);
                if (name != null && ShouldSend(
                    name,
                    $"Delete database {name} of account {Target(account)}, with all that is in it",
                    $"DELETE {ArmPath.Database(account, name)}",
                    Delete))
                {
                    Enqueue(
                        name,
                        Delete,
                        deleted => TellAbsent(deleted, $"database {name}"));
                }
            }
        }
    }
}
