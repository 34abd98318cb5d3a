BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Secrets' {
    BeforeAll {
        # Runs a script with every stream open and gives all that could be read of it afterwards, but the secret objects' own values.
        function Get-EverythingShown {
            param([string] $Script, [hashtable] $Variables = @{})
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            try {
                $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'").Invoke()
                foreach ($name in $Variables.Keys) {
                    $shell.Runspace.SessionStateProxy.SetVariable($name, $Variables[$name])
                }
                $shell.Commands.Clear()
                $null = $shell.AddScript("`$VerbosePreference = 'Continue'; `$DebugPreference = 'Continue'; `$ProgressPreference = 'Continue'; & { $Script } | Out-String -Width 4000")
                $text = [System.Text.StringBuilder]::new()
                try {
                    foreach ($line in $shell.Invoke()) { $null = $text.AppendLine($line) }
                }
                catch {
                    $null = $text.AppendLine(($_ | Format-List -Property * -Force | Out-String -Width 4000))
                    $null = $text.AppendLine($_.Exception.ToString())
                }
                foreach ($record in $shell.Streams.Error) {
                    $null = $text.AppendLine(($record | Format-List -Property * -Force | Out-String -Width 4000))
                    $null = $text.AppendLine($record.Exception.ToString())
                    $null = $text.AppendLine([string] $record.ErrorDetails)
                    $null = $text.AppendLine([string] $record.TargetObject)
                }
                foreach ($stream in 'Verbose', 'Debug', 'Warning', 'Information', 'Progress') {
                    foreach ($record in $shell.Streams.$stream) {
                        $null = $text.AppendLine(($record | Out-String -Width 4000))
                        $null = $text.AppendLine([string] $record)
                    }
                }
                $text.ToString()
            }
            finally {
                $shell.Dispose()
            }
        }

        Reset-Simulator -Simulator $simulator
        $secrets = @(
            @(Get-CosmiAccountKey -AccountName myaccount -AsPlainText).Key
            @(Get-CosmiAccountKey -AccountName readeraccount -AsPlainText).Key
            (Get-CosmiToken -Resource https://management.azure.com/ -AsPlainText).Token
            $simulator.appService.header
        )
        $marker = 'Q2FuYXJ5Q2FuYXJ5' * 5 + 'Q2FuYXJ5Q2E='
        $secrets += $marker
        $variables = @{
            canary   = ConvertTo-Secret -Text $marker
            broken   = ConvertTo-Secret -Text ($marker + ' is not base64')
            plain    = $marker
            endpoint = $simulator.accounts.myaccount.endpoint
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'knows what to look for' {
        $secrets.Count | Should -BeGreaterOrEqual 8
        foreach ($secret in $secrets) {
            $secret.Length | Should -BeGreaterThan 15
        }
    }

    It 'stay out of every stream: <Script>' -ForEach @(
        @{ Script = 'Get-CosmiToken' }
        @{ Script = 'Get-CosmiToken | Format-List -Property *' }
        @{ Script = 'Get-CosmiAccountKey -AccountName myaccount' }
        @{ Script = 'Get-CosmiAccountKey -AccountName myaccount | Format-List -Property *' }
        @{ Script = 'Get-CosmiAccountKey -AccountName myaccount | ConvertTo-Json' }
        @{ Script = 'Get-CosmiConnectionString -AccountName myaccount | Format-List -Property *' }
        @{ Script = 'Get-CosmiCollection -AccountName myaccount -Database Test -Name Test, Nothing' }
        @{ Script = 'Test-CosmiAccess -AccountName myaccount' }
        @{ Script = 'Connect-CosmiAccount -Endpoint $endpoint -Key $canary | Format-List -Property *' }
        @{ Script = 'Get-CosmiCollection -Endpoint $endpoint -Key $canary -Database Test -Name Test' }
        @{ Script = 'Test-CosmiAccess -Endpoint $endpoint -Key $canary' }
        @{ Script = 'Get-CosmiCollection -Endpoint $endpoint -Key $broken -Database Test -Name Test' }
        @{ Script = 'Get-CosmiCollection -Endpoint $endpoint -Key $plain -Database Test -Name Test' }
        @{ Script = 'Connect-CosmiAccount -Endpoint $endpoint -Key $plain' }
        @{ Script = 'Get-CosmiAccountKey -AccountName noaccess; Get-CosmiAccountKey -AccountName lockedaccount -Kind ReadWrite' }
    ) {
        $text = Get-EverythingShown -Script $Script -Variables $variables
        $text.Trim() | Should -Not -BeNullOrEmpty
        foreach ($secret in $secrets) {
            $text.Contains($secret) | Should -BeFalse
        }
    }

    It 'stay out of errors when <Face> answers nonsense that holds them' -ForEach @(
        @{ Face = 'imds'; Script = 'Get-CosmiToken' }
        @{ Face = 'arm'; Script = 'Get-CosmiAccountKey -SubscriptionId 11111111-2222-3333-4444-555555555555 -ResourceGroupName rg -AccountName myaccount' }
    ) {
        foreach ($status in 200, 400, 403) {
            Reset-Simulator -Simulator $simulator
            Add-SimulatorFault -Simulator $simulator -Match @{ face = $Face } -Times 0 -Action @{
                status  = $status
                headers = @{ 'content-type' = 'application/json' }
                body    = '{"access_token":"' + $marker + '","primaryMasterKey":"' + $marker + '","error":"' + $marker + '","error_description":"' + $marker + '"'
            }
            $text = Get-EverythingShown -Script "$Script -TimeoutSec 2" -Variables $variables
            $text.Trim() | Should -Not -BeNullOrEmpty
            $text.Contains($marker) | Should -BeFalse -Because "status $status"
        }
    }

    It 'stay out of the error of a plain text, which names the parameter' {
        $failure = Invoke-Failing { Get-CosmiCollection -Endpoint $variables.endpoint -Key $marker -Database Test -Name Test }
        $failure.Id | Should -Be 'ParameterArgumentTransformationError'
        $failure.Message | Should -BeLike "*'Key'*SecureString*"
    }
}
