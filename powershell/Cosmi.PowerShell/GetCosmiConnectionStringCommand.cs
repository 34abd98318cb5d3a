using System.Collections.Generic;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an account's connection strings.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiConnectionString", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(ConnectionString))]
    public sealed class GetCosmiConnectionStringCommand : CosmiAccountCmdlet
    {
        /// <summary>The account's name.</summary>
        [Parameter(ParameterSetName = AccountSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        public string? AccountName { get; set; }

        /// <summary>Gives the connection strings as String instead of SecureString.</summary>
        [Parameter]
        public SwitchParameter AsPlainText { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account(AccountName);
            if (account == null)
            {
                return;
            }

            Enqueue<IReadOnlyList<CosmiConnectionString>>(
                Target(account),
                (options, stop) => Connection.Native.ListConnectionStringsAsync(account, options, stop),
                all =>
                {
                    foreach (CosmiConnectionString one in all)
                    {
                        Session.Current.Names.Add(NameKind.Account, one.AccountName);
                        WriteObject(new ConnectionString(one, PlainText.Of(one.Value, AsPlainText)));
                    }
                });
        }
    }
}
